using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;
using Coffer.KeyBroker.Policies;

namespace Coffer.Cli.Commands.Broker;

/// <summary>A policy from a file, found sound before it is sent.</summary>
internal static class PolicyFile
{
    private const int MostBytes = 1024 * 1024; // the policy's own bound is closer

    /// <summary>Whether an argument that may be a name means a file. The folder that one happens to be in does not change what it means.</summary>
    public static bool IsFile(string text) => text == "-" || text.Contains('/', StringComparison.Ordinal) || text.EndsWith(".json", StringComparison.Ordinal);

    /// <exception cref="Oci.CofferException">It cannot be read, or is no policy; every problem is told.</exception>
    public static async Task<JsonObject> ReadAsync(string file, Session session, CancellationToken cancellationToken)
    {
        var content = await InputFile.ReadAsync(file, session, MostBytes, cancellationToken).ConfigureAwait(false);
        PolicyReader.Read(content);
        return JsonFile.Parse(file, content);
    }
}
