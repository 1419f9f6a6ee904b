using Coffer.KeyProvider.Sources.Broker;
using Coffer.KeyProvider.Sources.Local;
using Coffer.KeyProvider.Sources.Pkcs11;

namespace Coffer.KeyProvider.Sources;

/// <summary>The list of all kinds of source: a new one is a folder beside this file and a line in it.</summary>
internal static class SourceKinds
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<SourceKind> All { get; } =
    [
        LocalKind.Kind,
        Pkcs11Kind.Kind,
        BrokerKind.Kind,
    ];

    /// <summary>The kind of that <c>type</c>; null where there is none.</summary>
    public static SourceKind? Find(string type) => All.FirstOrDefault(k => k.Type == type);
}
