using System.Text;

namespace Coffer.Support;

/// <summary>The configuration file that docker-registry reads.</summary>
internal static class DockerRegistryConfiguration
{
    public static string Write(DockerRegistryOptions options, string host, TempDirectory folder, RegistryTokenServer? tokens)
    {
        var yaml = new StringBuilder($"""
            version: 0.1
            log:
              level: warn
            storage:
              filesystem:
                rootdirectory: {folder.Combine("storage")}
              delete:
                enabled: true
            http:
              addr: {host}
              secret: not-shared-with-another-replica

            """);
        if (options.Tls)
            yaml.Append($"""
                  tls:
                    certificate: {folder.Combine("server.crt")}
                    key: {folder.Combine("server.key")}

                """);
        if (options.Authentication == RegistryAuthentication.Basic)
            yaml.Append($"""
                auth:
                  htpasswd:
                    realm: coffer-test
                    path: {folder.Combine("htpasswd")}

                """);
        if (tokens is not null)
            yaml.Append($"""
                auth:
                  token:
                    realm: {tokens.Realm}
                    service: {RegistryTokenServer.Service}
                    issuer: {RegistryTokenServer.Issuer}
                    rootcertbundle: {folder.Combine("tokens.crt")}

                """);
        return yaml.ToString();
    }
}
