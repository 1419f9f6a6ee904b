using System.Security.Cryptography;

namespace Coffer.KeyBroker.Hosting;

/// <summary>Names of requests, by which the audit, the answers and the log tell of the same thing.</summary>
internal static class RequestIds
{
    /// <summary>The answer's header.</summary>
    public const string Header = "X-Request-Id";

    /// <summary>16 hex digits, drawn at random, so that one broker's are not another's and nobody can guess them.</summary>
    public static string Draw() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}
