export {
  createPeerReader,
  descriptorOf,
  type PeerCredentials,
  type ReadPeer,
} from '../peer/peer-credentials.ts'
