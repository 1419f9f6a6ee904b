using System.Text;
using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.KeyProvider.Tests.Core;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Daemon;

/// <summary>What calls leave behind in the memory of the daemon's process, which is searched as whoever breaks into it would.</summary>
public sealed class MemoryAfterCallsTests : IDisposable
{
    private const int Calls = 200;

    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Neither_layer_keys_nor_what_callers_sent_with_their_requests_stays_behind()
    {
        Missing.Require(Environment.IsPrivilegedProcess ? "root" : null, "root, who may read another process's memory", "run the tests as root");
        var (layerKey, otherKey) = (Guid.NewGuid().ToString("n"), Guid.NewGuid().ToString("n"));
        var options = Encoding.UTF8.GetBytes($$$"""{"symkeyoptions":{"symkey":"{{{layerKey}}}"},"digest":"sha256:00","cipheroptions":{}}""");
        using var daemon = await ServeProcess.StartAsync("--socket", _folder.Combine("kp.sock"), "--local-keys", ServeProcess.MakeKeys(_folder), "--log-level", "warning");
        using (var client = new DaemonClient(_folder.Combine("kp.sock")))
        {
            var wrap = Ask.WrapRequest("keyid=team-a", options: options);
            var packet = KeyProviderAnswer.Read(KeyProviderOperation.KeyWrap, await client.WrapAsync(wrap)).Payload;
            var unwrap = Encoding.UTF8.GetBytes($$$$"""{"op":"keyunwrap","keyunwrapparams":{"dc":{"Parameters":{"privkeys":["{{{{otherKey}}}}"],"coffer":["RW5hYmxlZA=="]}},"annotation":"{{{{Convert.ToBase64String(packet)}}}}"}}""");
            for (var i = 0; i < Calls; i++)
            {
                await client.WrapAsync(wrap);
                Assert.Equal(options, KeyProviderAnswer.Read(KeyProviderOperation.KeyUnwrap, await client.UnwrapAsync(unwrap)).Payload);
            }
        }
        var memory = new ProcessMemory(daemon.Id);
        Assert.NotEqual(0, memory.Count("coffer-local"u8)); // it is the right memory

        foreach (var (what, bytes) in Traces(layerKey, options, otherKey))
        {
            await Until.TrueAsync(() => Task.FromResult(memory.Count(bytes) == 0), $"{what} is still there");
        }
    }

    // As it is, as numbers in an answer, and as base64 in a request.
    private static IEnumerable<(string What, byte[] Bytes)> Traces(string layerKey, byte[] options, string otherKey)
    {
        var key = Encoding.UTF8.GetBytes(layerKey);
        yield return ("the layer key", key);
        yield return ("the answer with the layer key", Encoding.UTF8.GetBytes(string.Join(',', key)));
        yield return ("the request with the layer key", Encoding.UTF8.GetBytes(Convert.ToBase64String(options)[28..60]));
        yield return ("another scheme's key in the request", Encoding.UTF8.GetBytes(otherKey));
    }
}
