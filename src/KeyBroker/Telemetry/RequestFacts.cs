using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Telemetry;

/// <summary>
/// What is known of a request beside its answer, filled in as it goes on, for metrics, log and trace. Each has a small fixed set of values,
/// but for <see cref="Actor"/>, which the log alone shows.
/// </summary>
internal sealed class RequestFacts
{
    /// <summary>The route of what is not served, or not known yet.</summary>
    public const string NoRoute = "none";

    /// <summary>The route's pattern with its root, such as <c>/api/v1/policies/{name}</c>; never the path that was asked for.</summary>
    public string Route { get; set; } = NoRoute;

    /// <summary>Whose evidence was shown, once a session says so; one of those that are verified here.</summary>
    public string? Tee { get; set; }

    /// <summary>The id of the access token that was shown and held; null for none.</summary>
    public string? Actor { get; set; }

    /// <summary>Those of a request; an object that nobody reads where none are kept.</summary>
    public static RequestFacts Of(HttpContext context) => context.Features.Get<RequestFacts>() ?? new RequestFacts();
}
