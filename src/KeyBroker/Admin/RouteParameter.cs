namespace Coffer.KeyBroker.Admin;

/// <summary>A member of a route's query.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Description">One line, for the OpenAPI document.</param>
internal sealed record RouteParameter(string Name, string Description);
