using System.Security.Cryptography;
using Coffer.Machines;

namespace Coffer.Bench.Broker;

/// <summary>An RSA key of 2048 bits that many simulated machines offer as theirs.</summary>
internal sealed class RsaPair
{
    private readonly RSAParameters _key;

    public RsaPair()
    {
        using var made = RSA.Create(2048);
        _key = made.ExportParameters(true);
    }

    /// <summary>The binding key of one machine; the caller disposes it.</summary>
    public FakeBindingKey For(FakeTpm tpm) => new(tpm, RSA.Create(_key));
}
