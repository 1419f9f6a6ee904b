using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Resources;

/// <summary>Which version a request for a resource gets, or why none.</summary>
/// <param name="Head">The resource.</param>
/// <param name="Asked">The number that was asked for; null for the path alone.</param>
/// <param name="Version">The version meant; null where it is not kept.</param>
/// <param name="Refusal">Why it is not given; null where it is.</param>
internal sealed record VersionChoice(ResourceHead Head, int? Asked, ResourceVersion? Version, string? Refusal)
{
    /// <summary>Chooses by what stands in the head at that moment.</summary>
    public static VersionChoice Of(ResourceHead head, int? asked, DateTimeOffset now)
    {
        var number = asked ?? head.Named;
        var version = head.Find(number);
        return new VersionChoice(head, asked, version, version is null ? FormattableString.Invariant($"version {number} is not kept") : Why(head, version, now));
    }

    /// <summary>The claim <c>resource</c> that policies see: <c>version, current, retired</c>; null where the version is not kept.</summary>
    public JsonObject? Claim(DateTimeOffset now) => Version is null ? null
        : new JsonObject { ["version"] = Version.Number, ["current"] = Version.Number == Head.Current, ["retired"] = Version.HasRetired(now) };

    /// <summary>For the decision's explanation.</summary>
    public JsonObject Describe()
    {
        var described = new JsonObject { ["asked"] = Asked, ["meant"] = Version?.Number, ["current"] = Head.Current };
        if (Moments.Text(Head.Expires) is { } gone) described["resource_expires"] = gone;
        if (Moments.Text(Version?.Expires) is { } expires) described["expires"] = expires;
        if (Moments.Text(Version?.Retires) is { } retires) described["retires"] = retires;
        if (Moments.Text(Version?.PermittedUntil) is { } permitted) described["permitted_until"] = permitted;
        if (Refusal is not null) described["refused"] = Refusal;
        return described;
    }

    private static string? Why(ResourceHead head, ResourceVersion version, DateTimeOffset now) =>
        head.Expires <= now ? $"the resource expired at {Moments.Text(head.Expires)}"
        : version.Expires <= now ? FormattableString.Invariant($"version {version.Number} expired at {Moments.Text(version.Expires)}")
        : !version.HasRetired(now) || version.PermittedUntil > now ? null
        : FormattableString.Invariant($"version {version.Number} retired at {Moments.Text(version.Retires)}{Ended(version)}; the current version is {head.Current}");

    private static string Ended(ResourceVersion version) => version.PermittedUntil is { } until ? $", and its permission ended at {Moments.Text(until)}" : "";
}
