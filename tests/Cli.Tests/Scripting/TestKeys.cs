using System.Security.Cryptography;
using Coffer.Support;

namespace Coffer.Cli.Tests.Scripting;

/// <summary><c>mkkey NAME [rsa|ec] [password]</c> writes NAME.pem, for its owner alone, and NAME.pub.pem.</summary>
internal static class TestKeys
{
    public static void Write(TempDirectory folder, IReadOnlyList<string> arguments)
    {
        using AsymmetricAlgorithm key = arguments.ElementAtOrDefault(1) == "ec" ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
        var pem = arguments.ElementAtOrDefault(2) is { } password
            ? key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000))
            : key.ExportPkcs8PrivateKeyPem();
        var path = folder.Write($"{arguments[0]}.pem", pem + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        folder.Write($"{arguments[0]}.pub.pem", key.ExportSubjectPublicKeyInfoPem() + "\n");
    }
}
