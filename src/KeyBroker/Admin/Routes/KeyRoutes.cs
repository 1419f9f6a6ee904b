using System.Globalization;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Wrapping;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Keys that wrap: new versions, and how long the old ones are released.</summary>
internal sealed class KeyRoutes
{
    private const int MostTime = 64;
    private const string None = "none";

    private readonly BrokerParts _parts;
    private readonly KeyRotation _rotation;

    private KeyRoutes(BrokerParts parts) => (_parts, _rotation) = (parts, new KeyRotation(new ResourceShelf(parts.Sealer)));

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new KeyRoutes(parts);
        var one = RouteBody.Object("The key as it is now.", [.. ResourceMembers.OfResource, new RouteMember("versions", "objects", $"The newest first; each has {string.Join(", ", ResourceMembers.OfVersion)}.")]);
        RouteMember version = new("version", "integer", "Which, and not the current one.");
        yield return new("POST", "keys/rotate/{*path}", Permission.WriteResources, "Makes a new version of a key, which wraps at once; older ones are released for a grace time.", routes.RotateAsync)
        {
            Accepts = RouteBody.Object("Nothing, or how long.", new RouteMember("grace", "string", "Such as 30d (what it is otherwise), or none.", IsRequired: false)) with { IsRequired = false },
            Answers = one,
        };
        yield return new("POST", "keys/retire/{*path}", Permission.WriteResources, "Ends an older version's grace time, at once or at a time; a permission for it ends as well.", routes.RetireAsync)
        {
            Accepts = RouteBody.Object("Which and when.", version, new RouteMember("at", "string", "Such as 2027-01-31T12:00:00Z, or 7d from now; left out for at once.", IsRequired: false)), Answers = one,
        };
        yield return new("POST", "keys/permit/{*path}", Permission.WriteResources, "Lets policies release a version that has retired, until a time.", routes.PermitAsync)
        {
            Accepts = RouteBody.Object("Which and until when.", version, new RouteMember("until", "string", "Such as 2027-01-31T12:00:00Z, 7d from now, or none to end a permission.")), Answers = one,
        };
    }

    private Task<AdminAnswer> RotateAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var now = _parts.Time.GetUtcNow();
        var grace = AdminBody.Of(call, "grace").TextOrNull("grace", MostTime) switch { null => KeyRotation.UsualGrace, None => TimeSpan.Zero, var text => Lifetime.Parse(text, "grace") };
        return ChangeAsync(call, "key.rotate", (s, path) => _rotation.RotateAsync(s, path, new ResourcePut(now, call.Caller.TokenId), now + grace),
            head => string.Create(CultureInfo.InvariantCulture, $"version {head.Current}; older ones until {Moments.Text(now + grace)}"), cancellationToken);
    }

    private Task<AdminAnswer> RetireAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var (body, now) = (AdminBody.Of(call, "version", "at"), _parts.Time.GetUtcNow());
        var (version, at) = (Version(body), body.TextOrNull("at", MostTime) is { } text ? Moments.Parse(text, "at", now) : now);
        return ChangeAsync(call, "key.retire", (s, path) => _rotation.RetireAsync(s, path, version, at),
            _ => string.Create(CultureInfo.InvariantCulture, $"version {version} retires at {Moments.Text(at)}"), cancellationToken);
    }

    private Task<AdminAnswer> PermitAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var (body, now) = (AdminBody.Of(call, "version", "until"), _parts.Time.GetUtcNow());
        var (version, text) = (Version(body), body.Text("until", MostTime));
        var until = text == None ? (DateTimeOffset?)null : Moments.Parse(text, "until", now);
        if (until <= now) throw new BrokerException(BrokerFault.BadRequest, $"'until' is {Moments.Text(until)}, which is over already", "none ends a permission");
        return ChangeAsync(call, "key.permit", (s, path) => _rotation.PermitAsync(s, path, version, until),
            _ => string.Create(CultureInfo.InvariantCulture, $"version {version} {(until is null ? "not permitted any more" : $"permitted until {Moments.Text(until)}")}"), cancellationToken);
    }

    private async Task<AdminAnswer> ChangeAsync(
        AdminCall call, string action, Func<IStoreWriter, ResourcePath, ValueTask<ResourceHead>> change, Func<ResourceHead, string> reason, CancellationToken cancellationToken)
    {
        var path = ResourcePath.Parse(call.Values["path"]);
        var head = await _parts.Store.WriteAsync(
            async store =>
            {
                var changed = await change(store, path).ConfigureAwait(false);
                await _parts.Audit.AppendAsync(store, Change.Of(call, action, path.ToString(), reason(changed))).ConfigureAwait(false);
                return changed;
            }, cancellationToken).ConfigureAwait(false);
        var answer = ResourceMembers.Of(head);
        answer["versions"] = ResourceMembers.Versions(head, _parts.Time.GetUtcNow());
        return new AdminAnswer(answer);
    }

    private static int Version(AdminBody body) => body.NumberOrNull("version", 1, ResourceVersion.MostNumber) ?? throw new BrokerException(BrokerFault.BadRequest, "'version' is missing", "coffer broker resource show PATH lists them");
}
