using System.Security.Cryptography.X509Certificates;

namespace Coffer.KeyBroker.Access;

/// <summary>What a request shows of who sends it.</summary>
/// <param name="RequestId">The request, for the audit.</param>
/// <param name="Authorization">Its <c>Authorization</c> header; null where none or more than one was sent.</param>
/// <param name="Certificate">The client's certificate, whose key the handshake proved and nothing else; null for none.</param>
/// <param name="Source">Where it comes from (<see cref="Limits.SourceAddress"/>); null where that is not limited.</param>
internal sealed record ShownCredential(string RequestId, string? Authorization, X509Certificate2? Certificate, string? Source)
{
    /// <summary>Whether it was looked at for the same request before: then it counts against no limit.</summary>
    public bool IsSeenBefore { get; init; }
}
