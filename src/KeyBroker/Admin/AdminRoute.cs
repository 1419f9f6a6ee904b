namespace Coffer.KeyBroker.Admin;

/// <summary>One route of the administration API. Every route is in the list <see cref="AdminRoutes"/>, with what it asks of its caller.</summary>
/// <param name="Method">Such as <c>PUT</c>.</param>
/// <param name="Pattern">Below <c>/api/v1</c>, such as <c>policies/{name}</c> or <c>resources/{*path}</c>.</param>
/// <param name="Needs">What its caller must hold.</param>
/// <param name="Summary">One line, for the OpenAPI document.</param>
/// <param name="Handle">Does it. What it throws becomes the answer: <see cref="BrokerException"/> with its status, anything else 500.</param>
internal sealed record AdminRoute(string Method, string Pattern, Permission Needs, string Summary, Func<AdminCall, CancellationToken, Task<AdminAnswer>> Handle)
{
    /// <summary>What a pattern calls the path of a resource, in <c>{*path}</c>.</summary>
    public const string ResourcePath = "path";

    /// <summary>The bound on bodies where a route names none: 1 MiB.</summary>
    public const int UsualBodyBytes = 1024 * 1024;

    /// <summary>Whether its pattern names a resource: then its caller must reach that.</summary>
    public bool NamesResource => Pattern.EndsWith($"{{*{ResourcePath}}}", StringComparison.Ordinal);

    /// <summary>Larger bodies are refused before the route runs, in bytes.</summary>
    public int MostBodyBytes { get; init; } = UsualBodyBytes;

    /// <summary>The body that it takes, for the OpenAPI document; null for none. Give it a <see cref="MostBodyBytes"/> if it may be large.</summary>
    public RouteBody? Accepts { get; init; }

    /// <summary>What it answers, for the OpenAPI document; null for nothing (204).</summary>
    public RouteBody? Answers { get; init; }

    /// <summary>The members of the query that it knows; any other is refused.</summary>
    public IReadOnlyList<RouteParameter> Query { get; init; } = [];
}
