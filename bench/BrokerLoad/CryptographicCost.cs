using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Coffer.Bench.Broker;

/// <summary>
/// The cryptographic operations that one attestation with one release takes the broker, each done over and over on one core with keys
/// that are set up already: the least that they can cost with this platform's library. In processor time of the thread, since other work
/// on the machine would count as cost.
/// </summary>
internal static class CryptographicCost
{
    private const int EvidenceBytes = 4096, RecordBytes = 4096;

    public static void Print(TimeSpan each)
    {
        var message = RandomNumberGenerator.GetBytes(256);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        using var gcm = new AesGcm(new byte[32], 16);
        var signature = curve.SignData(message, HashAlgorithmName.SHA256);
        var (key, tag, nonce, record, evidence) = (new byte[32], new byte[16], new byte[12], new byte[RecordBytes], new byte[EvidenceBytes]);
        var into = new byte[RecordBytes];
        (string Name, int Times, Action Do)[] operations =
        [
            ("quote and certification: two P-256 verifications", 2, () => curve.VerifyData(message, signature, HashAlgorithmName.SHA256)),
            ("token: one P-256 signature", 1, () => curve.SignData(message, HashAlgorithmName.SHA256)),
            ("token: one P-256 verification", 1, () => curve.VerifyData(message, signature, HashAlgorithmName.SHA256)),
            ("sealing: one RSA-OAEP of 2048 bits", 1, () => rsa.Encrypt(key, RSAEncryptionPadding.OaepSHA256)),
            ("records and answer: three AES-256-GCM of 4 KiB", 3, () => gcm.Encrypt(nonce, record, into, tag)),
            ("evidence, names, audit: four SHA-256 of 4 KiB", 4, () => SHA256.HashData(evidence)),
        ];
        var sum = 0.0;
        foreach (var (name, times, work) in operations)
        {
            var cost = times * Measure(work, each);
            sum += cost;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cost:0.0} {name}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sum:0.0} sum"));
    }

    private static double Measure(Action work, TimeSpan time)
    {
        for (var begin = ProcessorTime.OfThread(); ProcessorTime.OfThread() - begin < time / 4;) work();
        var (count, start) = (0, ProcessorTime.OfThread());
        for (; ProcessorTime.OfThread() - start < time; count++) work();
        return (ProcessorTime.OfThread() - start).TotalMicroseconds / count;
    }
}
