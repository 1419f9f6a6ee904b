using System.Collections.Concurrent;
using System.Security.Cryptography;
using Coffer.ImageCrypt.Keys;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>
/// Opens packets of the providers that the user named, and of no others: an image cannot choose which service is called
/// with bytes of its making.
/// </summary>
/// <param name="identities">The providers named.</param>
/// <param name="connect">Makes the transport for a provider; called once for each.</param>
internal sealed class ProviderUnwrapper(IReadOnlyList<ProviderIdentity> identities, Func<string, IProviderTransport> connect) : IKeyUnwrapper, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<IProviderTransport>> _transports = new(StringComparer.Ordinal);

    public async ValueTask<UnwrapResult> UnwrapAsync(string annotation, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        var name = annotation[EncAnnotations.ProviderPrefix.Length..];
        var shown = Printable.Of(name, 64);
        var named = identities.Where(i => i.Name == name).ToList();
        if (named.Count == 0)
        {
            return UnwrapResult.Failed([.. identities.Select(i => new UnwrapFailure(
                Printable.Of(i.Source), $"provider {shown}", $"the packet is another provider's; give -d provider:{shown} to ask it"))]);
        }
        try
        {
            var options = await AskAsync(named, packet, cancellationToken).ConfigureAwait(false);
            return options.Length > 0
                ? UnwrapResult.Opened(options, 0)
                : Failed(shown, "the provider answered without a layer key");
        }
        catch (CofferException e)
        {
            return Failed(shown, e.Hint is { } hint ? $"{e.Message} ({hint})" : e.Message, e.ExitStatus);
        }
        catch (FormatException e)
        {
            return Failed(shown, "the provider's " + e.Message);
        }
    }

    public void Dispose()
    {
        foreach (var transport in _transports.Values)
        {
            if (transport.IsValueCreated) transport.Value.Dispose();
        }
    }

    private async Task<byte[]> AskAsync(List<ProviderIdentity> named, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        var name = named[0].Name;

        // PublicationOnly would make two transports; the default remembers an exception, which is right: the configuration stays as it is.
        var transport = _transports.GetOrAdd(name, n => new Lazy<IProviderTransport>(() => connect(n))).Value;
        var request = KeyProviderRequest.For(
            KeyProviderOperation.KeyUnwrap, name, [.. named.Select(i => i.Parameters ?? "Enabled")], packet.ToArray()).Write();
        var answer = await transport.AskAsync(KeyProviderOperation.KeyUnwrap, request, cancellationToken).ConfigureAwait(false);
        try
        {
            return KeyProviderAnswer.Read(KeyProviderOperation.KeyUnwrap, answer).Payload;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(answer);
        }
    }

    private static UnwrapResult Failed(string name, string reason, ExitStatus status = ExitStatus.NoUsableKey) =>
        UnwrapResult.Failed([new UnwrapFailure($"provider:{name}", "", reason) { Status = status }]);
}
