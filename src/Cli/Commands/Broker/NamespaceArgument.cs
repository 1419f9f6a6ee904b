using System.CommandLine;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary>A namespace's prefix, of one segment or two.</summary>
internal sealed class NamespaceArgument() : Argument<string>("PREFIX")
{
    public const string Says = "its prefix, such as team-a or team-a/db";

    /// <summary>Below the API's root.</summary>
    public static string PathOf(string prefix) => $"namespaces/{string.Join('/', prefix.Split('/').Select(BrokerApi.Segment))}";
}
