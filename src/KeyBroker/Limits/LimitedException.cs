using System.Globalization;

namespace Coffer.KeyBroker.Limits;

/// <summary>Somebody asks too often.</summary>
/// <param name="what">Of what there was too much.</param>
/// <param name="retryAfter">When it may be asked again, in whole seconds from 1 on: for <c>Retry-After</c> (RFC 9110 section 10.2.3).</param>
internal sealed class LimitedException(string what, int retryAfter)
    : BrokerException(BrokerFault.TooMany, $"too many {what}", string.Create(CultureInfo.InvariantCulture, $"try again in {retryAfter} s"))
{
    public int RetryAfter { get; } = retryAfter;
}
