namespace Coffer.Support;

/// <summary>How a registry knows its clients.</summary>
public enum RegistryAuthentication
{
    /// <summary>Everybody may pull and push.</summary>
    None,

    /// <summary>Name and password with every request (htpasswd).</summary>
    Basic,

    /// <summary>Bearer tokens from a <see cref="RegistryTokenServer"/> in this process.</summary>
    Token,
}

/// <summary>Which registry to start. The default is plain HTTP for everybody.</summary>
public sealed record DockerRegistryOptions
{
    /// <summary>Serve HTTPS with a certificate of an authority made for this registry alone.</summary>
    public bool Tls { get; init; }

    /// <summary>How clients are known.</summary>
    public RegistryAuthentication Authentication { get; init; }

    /// <summary>The one account, where there is authentication.</summary>
    public string User { get; init; } = "tester";

    /// <summary>Its password, where there is authentication.</summary>
    public string Password { get; init; } = "pass:with/odd@letters";
}
