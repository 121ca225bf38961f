// The health check of MongoDB: makes the first start a replica set of one, because only a replica set acknowledges by a
// majority, and says healthy when it takes writes. Runs in mongosh.
const { setName, isWritablePrimary } = db.hello();
if (!setName) rs.initiate({ _id: 'hallway', members: [{ _id: 0, host: 'mongo:27017' }] });
quit(isWritablePrimary ? 0 : 1);
