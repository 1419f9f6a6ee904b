using System.Security.Cryptography.X509Certificates;

namespace Coffer.KeyBroker.Access;

/// <summary>What a request shows of who sends it.</summary>
/// <param name="RequestId">The request, for the audit.</param>
/// <param name="Authorization">Its <c>Authorization</c> header; null where none or more than one was sent.</param>
/// <param name="Certificate">The client's certificate, whose key the handshake proved and nothing else; null for none.</param>
internal sealed record ShownCredential(string RequestId, string? Authorization, X509Certificate2? Certificate);
