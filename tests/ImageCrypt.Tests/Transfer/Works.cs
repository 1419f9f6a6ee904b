using Coffer.ImageCrypt.Decrypt;
using Coffer.ImageCrypt.Encrypt;
using Coffer.ImageCrypt.Transfer;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>The works that move blobs, by name.</summary>
public static class Works
{
    public static TheoryData<string> All => ["encrypt", "decrypt", "copy"];

    public static TheoryData<string, int> AndParallelism => new(
        from work in new[] { "encrypt", "decrypt", "copy" }
        from parallelism in new[] { 1, 4 }
        select (work, parallelism));

    /// <summary>Does something with the transform, whose keys live as long.</summary>
    internal static async Task WithAsync(Workbench bench, string work, Func<ILayerTransform, Task> use)
    {
        using var recipients = await Workbench.Recipients(bench.PublicKey);
        using var keys = await Workbench.Keys(bench.PrivateKey);
        await use(work switch
        {
            "encrypt" => new EncryptTransform(recipients),
            "decrypt" => new DecryptTransform(keys),
            _ => new CopyTransform(),
        });
    }
}
