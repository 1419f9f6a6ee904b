namespace Coffer.KeyBroker.Admin;

/// <summary>One call of a route, after its caller was found to hold what the route needs.</summary>
/// <param name="RequestId">For the audit and the answer.</param>
/// <param name="Caller">Who.</param>
/// <param name="Values">What stood in the pattern's braces, percent-decoded.</param>
/// <param name="Query">The query's members; a name that stands twice was refused.</param>
/// <param name="Body">At most 1 MiB, or the route's own bound; empty where there is none.</param>
internal sealed record AdminCall(string RequestId, Caller Caller, IReadOnlyDictionary<string, string> Values, IReadOnlyDictionary<string, string> Query, ReadOnlyMemory<byte> Body);
