module.exports = {
  posts: [
    { id: 1, title: 'Block signals', views: 254, user_id: 123 },
    { id: 2, title: 'Distant signals', views: 65, user_id: 456 },
  ],
  users: [
    { id: 123, name: 'Ada' },
    { id: 456, name: 'Grace' },
  ],
};
