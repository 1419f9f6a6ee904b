using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Trials;
using Coffer.Oci;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Past decisions under a policy that is not put yet. Nothing is changed, and nothing put down.</summary>
internal sealed class PolicyReplayRoutes
{
    private const int UsualDecisions = 1000;

    private readonly BrokerParts _parts;
    private readonly PolicyReplay _replay;

    private PolicyReplayRoutes(BrokerParts parts) => (_parts, _replay) = (parts, new PolicyReplay(new PolicyDecisions(parts.Time)));

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new PolicyReplayRoutes(parts);
        yield return new("POST", "policy-replays", Permission.Admin, "Which of the last decisions a policy would change.", routes.ReplayAsync)
        {
            Accepts = RouteBody.Object(
                "The policy, and which decisions.",
                new RouteMember("policy", "object", "As if it had been put in place of its namesake."),
                new RouteMember("count", "integer", $"The last so many: 1 to {PastDecisions.Most}, otherwise {UsualDecisions}.", IsRequired: false),
                new RouteMember("resource", "string", "Only those about resources that this glob covers.", IsRequired: false)),
            Answers = RouteBody.Object(
                "What would change.",
                new RouteMember("policy", "string", "NAME@candidate."), new RouteMember("replayed", "integer", "How many decisions there were."),
                new RouteMember("newly_denied", "integer", "Of those that are allowed without it."), new RouteMember("newly_allowed", "integer", "Of those that are denied without it."),
                new RouteMember("unchanged", "integer", "The others."), new RouteMember("cannot_tell", "integer", "Those whose claims are not kept, or not any more."),
                new RouteMember("drifted", "integer", "Those that are decided otherwise now than then without the candidate, since policies or reference sets were changed."),
                new RouteMember("changes", "array", "The newest first: request_id, time, host, resource, recorded, change, why."),
                new RouteMember("omitted", "string", "How many more changes there are.", IsRequired: false), new RouteMember("note", "string", "Where not all was looked at.", IsRequired: false)),
        };
    }

    private Task<AdminAnswer> ReplayAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var body = AdminBody.Of(call, "policy", "count", "resource");
        var policy = PolicyReader.Read(JsonText.Utf8(body.ObjectOrNull("policy") ?? throw Bad("'policy' is missing")));
        var count = body.NumberOrNull("count", 1, PastDecisions.Most) ?? UsualDecisions;
        var about = body.TextOrNull("resource", 512) is { } text ? GlobOf(text) : null;
        return _parts.Store.ReadAsync(async store => new AdminAnswer(await _replay.RunAsync(store, policy, count, about).ConfigureAwait(false)), cancellationToken);
    }

    private static Glob GlobOf(string text)
    {
        try
        {
            return Glob.Parse(text);
        }
        catch (FormatException e)
        {
            throw Bad($"the pattern '{Printable.Of(text, 64)}' {e.Message}");
        }
    }

    private static BrokerException Bad(string message) => new(BrokerFault.BadRequest, message);
}
