using Coffer.ImageCrypt.Keys;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>
/// Lets a program or service of the user's wrap layer keys. A provider receives its own parameters and nobody else's
/// keys, and on decryption is asked only if the user named it.
/// </summary>
/// <param name="time">For deadlines.</param>
/// <param name="configuration">Gives the value of <see cref="ProviderConfig.Variable"/>; null reads the environment.</param>
/// <param name="deadline">How long a provider may take; null for <see cref="IProviderTransport.Deadline"/>.</param>
internal sealed class ProviderScheme(TimeProvider time, Func<string?>? configuration = null, TimeSpan? deadline = null) : IKeyWrapScheme
{
    // These share the parameter map with providers, so a provider of that name would be handed keys.
    private static readonly HashSet<string> Reserved =
    [
        "pubkeys", "x509s", "gpg-recipients", "gpg-pubkeyringfile", "pkcs11-pubkeys", "pkcs11-yamls", "pkcs11-config",
        "privkeys", "privkeys-passwords", "gpg-privatekeys", "gpg-privatekeys-passwords",
    ];

    public string Name => "provider";

    public bool Owns(string annotation) =>
        annotation.StartsWith(EncAnnotations.ProviderPrefix, StringComparison.Ordinal) && annotation.Length > EncAnnotations.ProviderPrefix.Length;

    public ValueTask<IReadOnlyList<IKeyWrapper>> CreateWrappersAsync(IReadOnlyList<RecipientSpec> recipients, CancellationToken cancellationToken)
    {
        var config = LoadConfig();
        var wrappers = new List<IKeyWrapper>();
        try
        {
            // A provider named several times gets all its parameters in one question, as with ocicrypt.
            foreach (var group in recipients.Select(r => Split(r.Argument)).GroupBy(r => r.Name))
            {
                RefuseReserved(group.Key);
                wrappers.Add(new ProviderWrapper(group.Key, [.. group.Select(r => r.Parameters ?? "Enabled")], Connect(config, group.Key)));
            }
        }
        catch
        {
            foreach (var wrapper in wrappers) wrapper.Dispose();
            throw;
        }
        return new(wrappers);
    }

    public IKeyUnwrapper? CreateUnwrapper(IReadOnlyList<Identity> identities)
    {
        var named = identities.OfType<ProviderIdentity>().ToList();
        return named.Count == 0 ? null : new ProviderUnwrapper(named, Connect);
    }

    public IReadOnlyList<RecipientDescription> Describe(string annotation, ReadOnlyMemory<byte> packet) =>
    [
        new RecipientDescription(Name)
        {
            Provider = annotation[EncAnnotations.ProviderPrefix.Length..],
            KeyId = ProviderPacket.KeyId(packet),
        },
    ];

    public byte[]? RemoveRecipient(ReadOnlyMemory<byte> packet, int recipient) => null;

    private IProviderTransport Connect(string name)
    {
        RefuseReserved(name);
        return Connect(LoadConfig(), name);
    }

    private IProviderTransport Connect(ProviderConfig config, string name) => config.Find(name) switch
    {
        CommandProvider command => new CommandTransport(name, command, deadline ?? IProviderTransport.Deadline),
        GrpcProvider grpc => new GrpcTransport(name, grpc, deadline ?? IProviderTransport.Deadline, time),
        var other => throw new InvalidOperationException($"no transport for {other.GetType().Name}"),
    };

    private ProviderConfig LoadConfig() =>
        ProviderConfig.Load(configuration is null ? Environment.GetEnvironmentVariable(ProviderConfig.Variable) : configuration());

    private static (string Name, string? Parameters) Split(string argument)
    {
        var colon = argument.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? argument : argument[..colon];
        return name.Length > 0
            ? (name, colon < 0 ? null : argument[(colon + 1)..])
            : throw new CofferException($"recipient 'provider:{Printable.Of(argument)}' names no provider", ExitStatus.Usage, "write provider:NAME[:PARAMETERS]");
    }

    private static void RefuseReserved(string name)
    {
        if (!Reserved.Contains(name)) return;
        throw new CofferException(
            $"'{name}' cannot be the name of a key provider: the protocol uses it for keys", ExitStatus.Usage, "rename the provider in its configuration");
    }
}
