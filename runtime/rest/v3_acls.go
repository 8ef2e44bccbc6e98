package rest

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ACL is one rule of access, in Kafka's words in upper case (REST contract
// 13.9). As a filter, an empty text stands for anything.
type ACL struct {
	ResourceType, ResourceName, PatternType, Principal, Host, Operation, Permission string
}

// ACLNames are the words that a member of an ACL may be, UNKNOWN and ANY
// first.
type ACLNames []string

// The words of REST contract 13.9. What newer brokers say beyond them is
// UNKNOWN.
var (
	ACLResourceTypes = ACLNames{"UNKNOWN", "ANY", "TOPIC", "GROUP", "CLUSTER", "TRANSACTIONAL_ID", "DELEGATION_TOKEN"}
	ACLPatternTypes  = ACLNames{"UNKNOWN", "ANY", "MATCH", "LITERAL", "PREFIXED"}
	ACLOperations    = ACLNames{
		"UNKNOWN", "ANY", "ALL", "READ", "WRITE", "CREATE", "DELETE", "ALTER", "DESCRIBE", "CLUSTER_ACTION",
		"DESCRIBE_CONFIGS", "ALTER_CONFIGS", "IDEMPOTENT_WRITE",
	}
	ACLPermissions = ACLNames{"UNKNOWN", "ANY", "DENY", "ALLOW"}
)

// number is the place of a word, which is Kafka's number for it; an empty text
// is ANY.
func (n ACLNames) number(word string) int8 {
	if word == "" {
		return 1
	}
	return int8(max(slices.Index(n, word), 0))
}

func (n ACLNames) word(number int8) string {
	if number < 0 || int(number) >= len(n) {
		return n[0]
	}
	return n[number]
}

func orAny(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func compareACLs(a, b ACL) int {
	return cmp.Or(
		strings.Compare(a.ResourceType, b.ResourceType), strings.Compare(a.ResourceName, b.ResourceName),
		strings.Compare(a.PatternType, b.PatternType), strings.Compare(a.Principal, b.Principal),
		strings.Compare(a.Host, b.Host), strings.Compare(a.Operation, b.Operation), strings.Compare(a.Permission, b.Permission),
	)
}

// ACLs returns the rules that a filter matches, sorted. Kinds: Refused, for
// example without an authorizer, and those of adminFailure.
func (s *Service) ACLs(ctx context.Context, filter ACL) ([]ACL, error) {
	return admin(ctx, s, func(ctx context.Context, admin adminClient) ([]ACL, error) {
		request := kmsg.NewPtrDescribeACLsRequest()
		request.ResourceType = kmsg.ACLResourceType(ACLResourceTypes.number(filter.ResourceType))
		request.ResourcePatternType = kmsg.ACLResourcePatternType(ACLPatternTypes.number(filter.PatternType))
		request.Operation = kmsg.ACLOperation(ACLOperations.number(filter.Operation))
		request.PermissionType = kmsg.ACLPermissionType(ACLPermissions.number(filter.Permission))
		request.ResourceName, request.Principal, request.Host = orAny(filter.ResourceName), orAny(filter.Principal), orAny(filter.Host)
		answer, err := request.RequestWith(ctx, admin.raw)
		if err != nil {
			return nil, err
		}
		if err := refusal(answer.ErrorCode, answer.ErrorMessage); err != nil {
			return nil, err
		}
		var all []ACL
		for _, r := range answer.Resources {
			for _, a := range r.ACLs {
				all = append(all, ACL{
					ResourceType: ACLResourceTypes.word(int8(r.ResourceType)), ResourceName: r.ResourceName,
					PatternType: ACLPatternTypes.word(int8(r.ResourcePatternType)), Principal: a.Principal, Host: a.Host,
					Operation: ACLOperations.word(int8(a.Operation)), Permission: ACLPermissions.word(int8(a.PermissionType)),
				})
			}
		}
		slices.SortFunc(all, compareACLs)
		return all, nil
	})
}

// CreateACLs adds rules; the first failure is the error, and the others may
// have been added. Kinds as for ACLs.
func (s *Service) CreateACLs(ctx context.Context, acls []ACL) error {
	request := kmsg.NewPtrCreateACLsRequest()
	for _, a := range acls {
		c := kmsg.NewCreateACLsRequestCreation()
		c.ResourceType = kmsg.ACLResourceType(ACLResourceTypes.number(a.ResourceType))
		c.ResourcePatternType = kmsg.ACLResourcePatternType(ACLPatternTypes.number(a.PatternType))
		c.Operation = kmsg.ACLOperation(ACLOperations.number(a.Operation))
		c.PermissionType = kmsg.ACLPermissionType(ACLPermissions.number(a.Permission))
		c.ResourceName, c.Principal, c.Host = a.ResourceName, a.Principal, a.Host
		request.Creations = append(request.Creations, c)
	}
	_, err := admin(ctx, s, func(ctx context.Context, admin adminClient) (*kmsg.CreateACLsResponse, error) {
		answer, err := request.RequestWith(ctx, admin.raw)
		if err != nil {
			return nil, err
		}
		for _, r := range answer.Results {
			if err := refusal(r.ErrorCode, r.ErrorMessage); err != nil {
				return nil, err
			}
		}
		return answer, nil
	})
	return err
}

// DeleteACLs removes the rules that a filter matches and returns them, sorted.
// Kinds as for ACLs.
func (s *Service) DeleteACLs(ctx context.Context, filter ACL) ([]ACL, error) {
	return admin(ctx, s, func(ctx context.Context, admin adminClient) ([]ACL, error) {
		f := kmsg.NewDeleteACLsRequestFilter()
		f.ResourceType = kmsg.ACLResourceType(ACLResourceTypes.number(filter.ResourceType))
		f.ResourcePatternType = kmsg.ACLResourcePatternType(ACLPatternTypes.number(filter.PatternType))
		f.Operation = kmsg.ACLOperation(ACLOperations.number(filter.Operation))
		f.PermissionType = kmsg.ACLPermissionType(ACLPermissions.number(filter.Permission))
		f.ResourceName, f.Principal, f.Host = orAny(filter.ResourceName), orAny(filter.Principal), orAny(filter.Host)
		request := kmsg.NewPtrDeleteACLsRequest()
		request.Filters = append(request.Filters, f)
		answer, err := request.RequestWith(ctx, admin.raw)
		if err != nil {
			return nil, err
		}
		var gone []ACL
		for _, r := range answer.Results {
			if err := refusal(r.ErrorCode, r.ErrorMessage); err != nil {
				return nil, err
			}
			for _, a := range r.MatchingACLs {
				if err := refusal(a.ErrorCode, a.ErrorMessage); err != nil {
					return nil, err
				}
				gone = append(gone, ACL{
					ResourceType: ACLResourceTypes.word(int8(a.ResourceType)), ResourceName: a.ResourceName,
					PatternType: ACLPatternTypes.word(int8(a.ResourcePatternType)), Principal: a.Principal, Host: a.Host,
					Operation: ACLOperations.word(int8(a.Operation)), Permission: ACLPermissions.word(int8(a.PermissionType)),
				})
			}
		}
		slices.SortFunc(gone, compareACLs)
		return gone, nil
	})
}
