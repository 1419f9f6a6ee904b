using Coffer.ImageCrypt.KeyWrap.Provider;

namespace Coffer.KeyProvider.Tests.Core;

/// <summary>Requests as clients write them, and answers as they read them.</summary>
internal static class Ask
{
    public static byte[] Options { get; } = """{"symkeyoptions":{"symkey":"c2VjcmV0"},"digest":"sha256:00","cipheroptions":{}}"""u8.ToArray();

    public static byte[] WrapRequest(string parameters = "Enabled", string provider = "coffer", byte[]? options = null) =>
        KeyProviderRequest.For(KeyProviderOperation.KeyWrap, provider, [parameters], options ?? Options).Write();

    public static byte[] UnwrapRequest(byte[] packet, string provider = "coffer") =>
        KeyProviderRequest.For(KeyProviderOperation.KeyUnwrap, provider, ["Enabled"], packet).Write();

    public static async Task<byte[]> WrapAsync(this KeyProviderCore core, string parameters = "Enabled", CallTrace? trace = null, string provider = "coffer") =>
        KeyProviderAnswer.Read(
            KeyProviderOperation.KeyWrap, await core.AnswerAsync(WrapRequest(parameters, provider), trace ?? new CallTrace(), TestContext.Current.CancellationToken)).Payload;

    public static async Task<byte[]> UnwrapAsync(this KeyProviderCore core, byte[] packet, CallTrace? trace = null, CancellationToken cancellationToken = default) =>
        KeyProviderAnswer.Read(KeyProviderOperation.KeyUnwrap, await core.AnswerAsync(UnwrapRequest(packet), trace ?? new CallTrace(), cancellationToken)).Payload;

    public static async Task<KeyProviderException> FailureAsync(Func<Task> call) => await Assert.ThrowsAsync<KeyProviderException>(call);
}
