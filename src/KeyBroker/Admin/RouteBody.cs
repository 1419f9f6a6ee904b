namespace Coffer.KeyBroker.Admin;

/// <summary>The form of a request's or answer's body, for the OpenAPI document.</summary>
/// <param name="MediaType">Such as <c>application/json</c>.</param>
/// <param name="Description">One line.</param>
/// <param name="IsList">True for an array of objects with <paramref name="Members"/>.</param>
/// <param name="Members">Of the JSON object; empty where the body is no object or its form is described elsewhere.</param>
internal sealed record RouteBody(string MediaType, string Description, bool IsList, IReadOnlyList<RouteMember> Members)
{
    /// <summary>Whether a request must have it.</summary>
    public bool IsRequired { get; init; } = true;

    /// <summary>A JSON object.</summary>
    public static RouteBody Object(string description, params IReadOnlyList<RouteMember> members) => new("application/json", description, IsList: false, members);

    /// <summary>An array of JSON objects.</summary>
    public static RouteBody List(string description, params IReadOnlyList<RouteMember> members) => new("application/json", description, IsList: true, members);

    /// <summary>Bytes as they are.</summary>
    public static RouteBody Bytes(string description) => new("application/octet-stream", description, IsList: false, []);

    /// <summary>Text, such as PEM.</summary>
    public static RouteBody Text(string description) => new("text/plain", description, IsList: false, []);
}
