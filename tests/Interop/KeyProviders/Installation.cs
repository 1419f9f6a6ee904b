using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.KeyProviders;

/// <summary>
/// A node as an operator sets it up with the product's own commands: a folder of keys, a daemon, and the two configurations
/// by which runtimes find it, through the socket or by running the command.
/// </summary>
internal sealed class Installation : IAsyncDisposable
{
    /// <summary>Keys that are there from the beginning.</summary>
    public const string TeamA = "team-a", TeamB = "team-b";

    private readonly TempDirectory _folder = new();

    /// <summary>The folder of keys.</summary>
    public string Keys => _folder.Combine("keys");

    /// <summary>The daemon's socket.</summary>
    public string Socket => _folder.Combine("kp.sock");

    /// <summary>The daemon; null until it is started.</summary>
    public CofferDaemon? Daemon { get; private set; }

    /// <summary>Makes the keys and starts the daemon.</summary>
    public static async Task<Installation> StartAsync()
    {
        var installation = new Installation();
        foreach (var id in (string[])[TeamA, TeamB])
            (await CofferBinary.RunAsync("keyprovider", "key", "generate", "--dir", installation.Keys, "--id", id)).ShouldSucceed();
        await installation.ServeAsync();
        return installation;
    }

    /// <summary>Starts the daemon, again if it was ended.</summary>
    public async Task ServeAsync() =>
        Daemon = await CofferDaemon.StartAsync(new Dictionary<string, string?>(), "keyprovider", "serve", "--socket", Socket, "--local-keys", Keys, "--default-key", TeamA);

    /// <summary>Somebody who encrypts for the key that <paramref name="parameters"/> name, and opens with whatever the provider has.</summary>
    /// <param name="transport">How the runtime reaches the provider.</param>
    /// <param name="parameters">What stands behind <c>provider:coffer</c>, with its colon; empty for nothing.</param>
    public async Task<Recipient> RecipientAsync(Transport transport, string parameters = "")
    {
        string[] how = transport is Transport.Socket ? ["--socket", Socket] : ["--cmd", "--local-keys", Keys, "--default-key", TeamA];
        var printed = await CofferBinary.RunAsync(["keyprovider", "config", .. how]);
        var file = _folder.Write($"{Guid.NewGuid():n}.json", printed.ShouldSucceed().Output);
        return new Recipient("coffer", [$"provider:coffer{parameters}"], ["provider:coffer"], "provider.coffer")
        {
            Environment = new Dictionary<string, string?> { ["OCICRYPT_KEYPROVIDER_CONFIG"] = file },
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (Daemon is not null) await Daemon.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>How a runtime reaches the provider.</summary>
public enum Transport
{
    /// <summary>gRPC on the daemon's Unix socket.</summary>
    Socket,

    /// <summary>The command, run once for each layer.</summary>
    Command,
}
