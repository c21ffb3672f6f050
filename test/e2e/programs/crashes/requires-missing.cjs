require(['./missing', 'cjs'].join('.'));
