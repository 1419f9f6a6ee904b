using System.Globalization;

namespace Coffer.Bench.Broker;

/// <summary>What one attestation with one release moves, in bytes of bodies: three exchanges, of which the last has a token and no body.</summary>
internal sealed record ExchangeSizes(int AuthSent, int AuthReceived, int AttestSent, int AttestReceived, int Token, int ResourceReceived)
{
    public static ExchangeSizes Parse(string text) => text.Split(',').Select(t => int.Parse(t, NumberStyles.None, CultureInfo.InvariantCulture)).ToArray() is [var a, var b, var c, var d, var e, var f]
        ? new ExchangeSizes(a, b, c, d, e, f)
        : throw new InvalidOperationException("six sizes are needed");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{AuthSent},{AuthReceived},{AttestSent},{AttestReceived},{Token},{ResourceReceived}");
}
