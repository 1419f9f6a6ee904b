using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Daemon;

/// <summary>Two authorities with certificates of theirs, made by openssl: <c>NAME.crt</c> and <c>NAME.key</c> in a folder.</summary>
internal static class TlsFiles
{
    public static async Task WriteAsync(TempDirectory folder)
    {
        foreach (var authority in (string[])["ca", "stranger"])
        {
            await OpenSslAsync(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", $"/CN={authority}", "-keyout", $"{authority}.key", "-out", $"{authority}.crt");
        }
        await SignAsync(folder, "server", "ca", "extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1");
        await SignAsync(folder, "client", "ca", "extendedKeyUsage=clientAuth");
        await SignAsync(folder, "foreign", "stranger", "extendedKeyUsage=clientAuth");
    }

    private static async Task SignAsync(TempDirectory folder, string name, string authority, string extensions)
    {
        folder.Write($"{name}.ext", extensions);
        await OpenSslAsync(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", $"/CN={name}", "-keyout", $"{name}.key", "-out", $"{name}.csr");
        await OpenSslAsync(folder, "x509", "-req", "-in", $"{name}.csr", "-CA", $"{authority}.crt", "-CAkey", $"{authority}.key", "-CAcreateserial",
            "-days", "2", "-extfile", $"{name}.ext", "-out", $"{name}.crt");
    }

    private static async Task OpenSslAsync(TempDirectory folder, params string[] arguments) =>
        (await Tool.RunAsync(Peers.Require("openssl"), arguments, new ToolOptions { WorkingDirectory = folder.Path })).ShouldSucceed();
}
