using Coffer.Registry.Config;

namespace Coffer.Registry;

/// <summary>How one side of a command (source or destination) talks to registries. Immutable; the defaults are a user's own.</summary>
public sealed record RegistryOptions
{
    /// <summary>What to log in with; null: look into the auth files.</summary>
    public RegistryCredentials? Credentials { get; init; }

    /// <summary>True: stay anonymous, whatever the auth files say.</summary>
    public bool NoCredentials { get; init; }

    /// <summary>The one auth file to read (<c>--authfile</c>); null: <c>REGISTRY_AUTH_FILE</c>, else the usual places.</summary>
    public string? AuthFile { get; init; }

    /// <summary>
    /// True: certificates are checked and plain HTTP is refused, whatever registries.conf says; false: any certificate will do and
    /// plain HTTP is tried where HTTPS is not spoken; null: registries.conf decides, and checks are the default.
    /// </summary>
    public bool? TlsVerify { get; init; }

    /// <summary>A folder with authorities (<c>*.crt</c>) and client certificates (<c>*.cert</c> with <c>*.key</c>); null: the certs.d folders.</summary>
    public string? CertDir { get; init; }

    /// <summary>How often one failed request is tried again, 0 to 20.</summary>
    public int RetryTimes { get; init; } = 3;

    /// <summary>The one registries.conf to read; null: <c>CONTAINERS_REGISTRIES_CONF</c>, else the usual places with their drop-ins.</summary>
    public string? RegistriesConf { get; init; }

    /// <summary>What registries see in their logs.</summary>
    public string UserAgent { get; init; } = "coffer/" + (typeof(RegistryOptions).Assembly.GetName().Version?.ToString(3) ?? "0");

    /// <summary>The clock of back-off and of token lifetimes.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How long a connection may stand still before it counts as broken.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where this machine and this user keep their files.</summary>
    internal HostPlaces Places { get; init; } = HostPlaces.OfThisProcess();
}
