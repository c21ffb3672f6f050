const {spawn}=require('node:child_process');
spawn(process.execPath,['-e','setTimeout(()=>console.log("child done"),'+(process.argv[2]||200)+')'],{stdio:'inherit', env:{...process.env,NODE_OPTIONS:''}}).on("exit",()=>{});
