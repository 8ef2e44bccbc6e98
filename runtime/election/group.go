package election

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// The names that Karapace and Confluent use; members with other names are
// refused by the broker with INCONSISTENT_GROUP_PROTOCOL.
const (
	protocolType = "sr"
	protocolName = "v0"
)

// errProtocol is an answer that no broker should give.
var errProtocol = errors.New("unexpected answer from the group coordinator")

// group speaks the classic group protocol (JoinGroup, SyncGroup, Heartbeat,
// LeaveGroup) with the coordinator. Requests go to the broker by its id and
// are never repeated by the client: the lease counts from the moment a
// heartbeat was sent, so a hidden second attempt would make it wrong. Its
// methods are called by one goroutine.
type group struct {
	client *kgo.Client
	cfg    *Config

	coordinator int32 // broker id, -1 unknown
	memberID    string
	generation  int32
}

// joined is the answer to JoinGroup. Members is filled for the leader only.
type joined struct {
	generation int32
	leader     bool
	members    []kmsg.JoinGroupResponseMember
}

func newGroup(client *kgo.Client, cfg *Config) *group {
	return &group{client: client, cfg: cfg, coordinator: -1, generation: -1}
}

// join enters the next generation. It blocks while the broker waits for the
// other members, up to the rebalance time-out.
func (g *group) join(ctx context.Context, meta []byte) (joined, error) {
	ctx, cancel := context.WithTimeout(ctx, g.cfg.Rebalance+5*time.Second)
	defer cancel()
	resp, err := g.joinOnce(ctx, meta)
	// KIP-394: a first join only reserves the member id, so that a client that
	// gives up leaves no ghost member behind.
	if errors.Is(err, kerr.MemberIDRequired) {
		g.memberID = resp.MemberID
		resp, err = g.joinOnce(ctx, meta)
	}
	if err != nil {
		return joined{}, fmt.Errorf("joining group %s: %w", g.cfg.GroupID, err)
	}
	if resp.Protocol != nil && *resp.Protocol != protocolName {
		return joined{}, fmt.Errorf("joining group %s: %w: protocol %q", g.cfg.GroupID, errProtocol, *resp.Protocol)
	}
	g.memberID, g.generation = resp.MemberID, resp.Generation
	j := joined{generation: resp.Generation, leader: resp.LeaderID == resp.MemberID}
	if j.leader {
		j.members = resp.Members
	}
	return j, nil
}

func (g *group) joinOnce(ctx context.Context, meta []byte) (*kmsg.JoinGroupResponse, error) {
	req := kmsg.NewPtrJoinGroupRequest()
	req.Group = g.cfg.GroupID
	req.SessionTimeoutMillis = int32(g.cfg.Session.Milliseconds())
	req.RebalanceTimeoutMillis = int32(g.cfg.Rebalance.Milliseconds())
	req.MemberID = g.memberID
	req.ProtocolType = protocolType
	protocol := kmsg.NewJoinGroupRequestProtocol()
	protocol.Name, protocol.Metadata = protocolName, meta
	req.Protocols = append(req.Protocols, protocol)

	resp, err := send[*kmsg.JoinGroupResponse](ctx, g, req)
	if err != nil {
		return nil, err
	}
	return resp, g.failed(resp.ErrorCode)
}

// sync hands in the assignments, which only the leader has, and returns our
// own. It blocks until the leader has synced.
func (g *group) sync(ctx context.Context, assignments map[string][]byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, g.cfg.Rebalance+5*time.Second)
	defer cancel()
	req := kmsg.NewPtrSyncGroupRequest()
	req.Group, req.Generation, req.MemberID = g.cfg.GroupID, g.generation, g.memberID
	req.ProtocolType, req.Protocol = kmsg.StringPtr(protocolType), kmsg.StringPtr(protocolName)
	for id, raw := range assignments {
		a := kmsg.NewSyncGroupRequestGroupAssignment()
		a.MemberID, a.MemberAssignment = id, raw
		req.GroupAssignment = append(req.GroupAssignment, a)
	}
	resp, err := send[*kmsg.SyncGroupResponse](ctx, g, req)
	if err == nil {
		err = g.failed(resp.ErrorCode)
	}
	if err != nil {
		return nil, fmt.Errorf("syncing group %s: %w", g.cfg.GroupID, err)
	}
	return resp.MemberAssignment, nil
}

// heartbeat tells the broker that we live. REBALANCE_IN_PROGRESS is an error
// too: the generation is over.
func (g *group) heartbeat(ctx context.Context) error {
	req := kmsg.NewPtrHeartbeatRequest()
	req.Group, req.Generation, req.MemberID = g.cfg.GroupID, g.generation, g.memberID
	resp, err := send[*kmsg.HeartbeatResponse](ctx, g, req)
	if err == nil {
		err = g.failed(resp.ErrorCode)
	}
	if err != nil {
		return fmt.Errorf("heartbeat to group %s: %w", g.cfg.GroupID, err)
	}
	return nil
}

// leave gives the membership up at once, so that the others need not wait for
// the session to end. It does nothing if there is no membership.
func (g *group) leave(ctx context.Context) error {
	if g.memberID == "" {
		return nil
	}
	req := kmsg.NewPtrLeaveGroupRequest()
	req.Group, req.MemberID = g.cfg.GroupID, g.memberID // Up to version 2.
	m := kmsg.NewLeaveGroupRequestMember()              // From version 3.
	m.MemberID = g.memberID
	req.Members = append(req.Members, m)
	g.memberID, g.generation = "", -1
	resp, err := send[*kmsg.LeaveGroupResponse](ctx, g, req)
	if err == nil {
		err = kerr.ErrorForCode(resp.ErrorCode)
	}
	if err != nil {
		return fmt.Errorf("leaving group %s: %w", g.cfg.GroupID, err)
	}
	return nil
}

// failed turns a code into an error and forgets what the code says is void.
func (g *group) failed(code int16) error {
	err := kerr.ErrorForCode(code)
	switch {
	case errors.Is(err, kerr.UnknownMemberID), errors.Is(err, kerr.FencedInstanceID):
		g.memberID, g.generation = "", -1
	case errors.Is(err, kerr.IllegalGeneration):
		g.generation = -1
	case errors.Is(err, kerr.NotCoordinator), errors.Is(err, kerr.CoordinatorNotAvailable):
		g.coordinator = -1
	}
	return err
}

// find asks for the coordinator unless it is known.
func (g *group) find(ctx context.Context) error {
	if g.coordinator >= 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req := kmsg.NewPtrFindCoordinatorRequest()
	req.CoordinatorKey, req.CoordinatorKeys = g.cfg.GroupID, []string{g.cfg.GroupID}
	resp, err := req.RequestWith(ctx, g.client)
	if err != nil {
		return fmt.Errorf("finding the coordinator of group %s: %w", g.cfg.GroupID, err)
	}
	node, code := resp.NodeID, resp.ErrorCode
	if len(resp.Coordinators) > 0 { // Version 4 and later.
		node, code = resp.Coordinators[0].NodeID, resp.Coordinators[0].ErrorCode
	}
	if err := kerr.ErrorForCode(code); err != nil {
		return fmt.Errorf("finding the coordinator of group %s: %w", g.cfg.GroupID, err)
	}
	g.coordinator = node
	return nil
}

// send issues one request to the coordinator, once. A connection error makes
// the coordinator unknown: it may have moved.
func send[R kmsg.Response](ctx context.Context, g *group, req kmsg.Request) (R, error) {
	var none R
	if err := g.find(ctx); err != nil {
		return none, err
	}
	resp, err := g.client.Broker(int(g.coordinator)).Request(ctx, req)
	if err != nil {
		g.coordinator = -1
		return none, err
	}
	typed, ok := resp.(R)
	if !ok {
		return none, fmt.Errorf("%w: %T", errProtocol, resp)
	}
	return typed, nil
}
