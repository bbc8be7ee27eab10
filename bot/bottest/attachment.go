package bottest

import "net/http"

// originalView is the one form in which a picture is kept.
const originalView = "original"

// attachment finds a picture that somebody pasted. The caller holds mu.
func (s *Service) attachment(r *http.Request) (picture, *connectorError) {
	p, ok := s.pictures[r.PathValue("attachment")]
	if !ok {
		return picture{}, notFound("AttachmentNotFound", "There is no such attachment.", false)
	}
	return p, nil
}

// describeAttachment answers what there is of an attachment.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#get-attachment-info
func (s *Service) describeAttachment(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, refused := s.attachment(r)
	if refused != nil {
		return nil, refused
	}
	return map[string]any{
		"name": p.name, "type": p.contentType, "views": []any{map[string]any{"viewId": originalView, "size": len(p.data)}},
	}, nil
}

func (s *Service) getAttachment(r *http.Request, _ []byte) (any, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, refused := s.attachment(r)
	switch {
	case refused != nil:
		return nil, refused
	case r.PathValue("view") != originalView:
		return nil, notFound("AttachmentNotFound", "The attachment has no such view.", false)
	}
	return p, nil
}
