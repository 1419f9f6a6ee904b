using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>One provider of a file that <c>OCICRYPT_KEYPROVIDER_CONFIG</c> names, for those who look an installation over. Nobody is asked.</summary>
/// <param name="Name">The name under <c>key-providers</c>.</param>
/// <param name="Program">The program that is run, as configured; null for a gRPC server.</param>
/// <param name="Socket">The path of a gRPC server's Unix socket; null for TCP, for the abstract namespace and for programs.</param>
/// <param name="Address">A gRPC server's address as configured; null for programs.</param>
/// <param name="IsTls">True where the way to a gRPC server is TLS.</param>
/// <param name="Trouble">Why it cannot be used; null where it can.</param>
public sealed record ConfiguredProvider(string Name, string? Program, string? Socket, string? Address, bool IsTls, string? Trouble)
{
    /// <summary>The environment variable.</summary>
    public const string Variable = ProviderConfig.Variable;

    /// <summary>Every provider of a file.</summary>
    /// <exception cref="CofferException">The file cannot be read, or holds no <c>key-providers</c>.</exception>
    public static IReadOnlyList<ConfiguredProvider> Read(string file)
    {
        var config = ProviderConfig.Load(file);
        return [.. config.Names.Select(name => Look(config, name))];
    }

    private static ConfiguredProvider Look(ProviderConfig config, string name)
    {
        try
        {
            if (config.Find(name) is CommandProvider command) return new ConfiguredProvider(name, command.Path, null, null, false, null);
            var grpc = (GrpcProvider)config.Find(name);
            var path = GrpcTarget.Parse(grpc.Target).SocketPath;
            return new ConfiguredProvider(name, null, path is null || path.StartsWith('\0') ? null : path, grpc.Target, grpc.Tls is not null, null);
        }
        catch (CofferException e)
        {
            return new ConfiguredProvider(name, null, null, null, false, e.Message);
        }
    }
}
