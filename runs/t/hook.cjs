const m=require('module'); m.registerHooks({resolve(s,c,n){ if(!s.startsWith('/')&&!s.startsWith('.')&&!m.isBuiltin(s)) console.log('RES',s,c.parentURL); return n(s,c);}});
