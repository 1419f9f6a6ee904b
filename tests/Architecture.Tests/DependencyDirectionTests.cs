using System.Reflection;

namespace Coffer.Architecture.Tests;

/// <summary>Dependencies point down: each room knows exactly those below it (docs/architecture.md).</summary>
public sealed class DependencyDirectionTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Coffer.Oci"] = [],
        ["Coffer.Jose"] = [],
        ["Coffer.Pkcs11"] = ["YamlDotNet"],
        ["Coffer.Registry"] = ["Coffer.Oci", "ICSharpCode.SharpZipLib", "Tomlyn", "ZstdSharp"],
        ["Coffer.ImageCrypt"] = ["Coffer.Oci", "Coffer.Jose", "Coffer.Pkcs11", "BouncyCastle.Cryptography", "Google.Protobuf", "Grpc.Net.Client", "Grpc.Core.Api", "Grpc.Net.Common", "ZstdSharp"],
        ["Coffer.KeyProvider"] = ["Coffer.Oci", "Coffer.Jose", "Coffer.Pkcs11", "Coffer.Attestation", "Coffer.ImageCrypt", "Google.Protobuf", "Grpc.AspNetCore.Server", "Grpc.Core.Api", "Grpc.Net.Common", "Grpc.HealthCheck", "Grpc.Reflection", "Coffer.Service"],
        ["Coffer.Service"] = ["Coffer.Oci", "OpenTelemetry", "OpenTelemetry.Api", "OpenTelemetry.Exporter.OpenTelemetryProtocol"],
        ["Coffer.Attestation"] = ["Coffer.Oci", "Coffer.Jose"],
        ["Coffer.KeyBroker"] = ["Coffer.Oci", "Coffer.Jose", "Coffer.Pkcs11", "Coffer.Attestation", "Coffer.Service", "Npgsql", "SQLitePCLRaw.core", "SQLitePCLRaw.provider.sqlite3"],
        ["coffer"] = ["Coffer.Oci", "Coffer.Jose", "Coffer.Pkcs11", "Coffer.Registry", "Coffer.ImageCrypt", "Coffer.Attestation", "Coffer.KeyBroker", "Coffer.KeyProvider", "Coffer.Service", "System.CommandLine", "Tomlyn"],
    };

    public static TheoryData<string> Rooms => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_knows_only_those_below_it(string room)
    {
        var references = Assembly.Load(room).GetReferencedAssemblies().Select(a => a.Name!).Where(n => !IsFramework(n)).ToList();

        Assert.Empty(references.Except(Allowed[room]));
    }

    [Fact]
    public void Every_room_has_its_row()
    {
        var rooms = Directory.GetDirectories(Path.Combine(Support.RepositoryRoot.Directory, "src"))
            .Where(d => Directory.GetFiles(d, "*.csproj").Length > 0)
            .Select(d => Path.GetFileName(d) is "Cli" ? "coffer" : "Coffer." + Path.GetFileName(d));

        Assert.Equal(Allowed.Keys.Order(), rooms.Order());
    }

    [Theory]
    [InlineData("Org.BouncyCastle", "src/ImageCrypt/KeyWrap/Pgp/")]
    [InlineData("Grpc.", "src/ImageCrypt/KeyWrap/Provider/", "src/KeyProvider/Daemon/")]
    [InlineData("Google.Protobuf", "src/ImageCrypt/KeyWrap/Provider/", "src/ImageCrypt/StreamProcessor/", "src/KeyProvider/Daemon/")]
    [InlineData("Microsoft.AspNetCore", "src/Service/", "src/KeyProvider/Daemon/", "src/KeyBroker/Hosting/", "src/KeyBroker/Admin/", "src/KeyBroker/Kbs/", "src/KeyBroker/Health/", "src/KeyBroker/Page/", "src/KeyBroker/Telemetry/")]
    [InlineData("Microsoft.Data.Sqlite", "src/KeyBroker/Storage/Sqlite/")]
    [InlineData("Npgsql", "src/KeyBroker/Storage/Postgres/")]
    [InlineData("OpenTelemetry", "src/Service/")]
    [InlineData("YamlDotNet", "src/Pkcs11/")]
    [InlineData("ICSharpCode", "src/Registry/Archive/")]
    [InlineData("Tomlyn", "src/Registry/Config/", "src/Cli/Doctor/")]
    [InlineData("System.CommandLine", "src/Cli/")]
    public void Package_is_used_in_its_own_folders_only(string package, params string[] folders)
    {
        var users = Sources().Where(f => File.ReadAllText(f.Full).Contains($"using {package}", StringComparison.Ordinal)).Select(f => f.Relative).ToList();

        Assert.DoesNotContain(users, u => !folders.Any(f => u.StartsWith(f, StringComparison.Ordinal)));
    }

    [Fact]
    public void No_file_names_a_pattern_instead_of_its_job() => Assert.DoesNotContain(
        Sources().Select(f => Path.GetFileNameWithoutExtension(f.Relative)),
        n => n != "CredentialHelper" /* the name that Docker gave to them */ && new[] { "Utils", "Util", "Helper", "Helpers", "Manager", "Common" }.Any(w => n.EndsWith(w, StringComparison.Ordinal)));

    [Fact]
    public void No_file_is_longer_than_one_job_takes() => Assert.DoesNotContain(Sources(), f => File.ReadLines(f.Full).Count() > 400);

    private static IEnumerable<(string Full, string Relative)> Sources() =>
        Directory.EnumerateFiles(Path.Combine(Support.RepositoryRoot.Directory, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(f => (f, Path.GetRelativePath(Support.RepositoryRoot.Directory, f)))
            .Where(f => !f.Item2.Contains("/obj/", StringComparison.Ordinal));

    private static bool IsFramework(string name) =>
        name is "netstandard" or "mscorlib" || name.StartsWith("System.", StringComparison.Ordinal) && name != "System.CommandLine" || name.StartsWith("Microsoft.", StringComparison.Ordinal);
}
