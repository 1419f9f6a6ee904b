namespace Coffer.KeyBroker.Admin;

/// <summary>A member of a JSON body, for the OpenAPI document.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Type">A JSON schema type (<c>string</c>, <c>integer</c>, <c>boolean</c>, <c>object</c>), or <c>strings</c> or <c>objects</c> for an array of those.</param>
/// <param name="Description">One line.</param>
/// <param name="IsRequired">Whether it must be there.</param>
internal sealed record RouteMember(string Name, string Type, string Description, bool IsRequired = true);
