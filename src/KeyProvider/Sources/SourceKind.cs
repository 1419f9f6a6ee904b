using Coffer.KeyProvider.Configuration;

namespace Coffer.KeyProvider.Sources;

/// <summary>A kind of source: the <c>type</c> that names it in the configuration, how its section is read, and how it is opened.</summary>
/// <param name="Type">Such as <c>local</c>.</param>
/// <param name="Read">Reads the section; what is wrong with it is reported to the section itself.</param>
/// <param name="Open">Opens it: <see cref="KeyProviderException"/> where that cannot be done.</param>
internal sealed record SourceKind(
    string Type,
    Func<ConfigSection, string, IReadOnlyList<string>, SourceSettings> Read,
    Func<SourceSettings, CancellationToken, ValueTask<IKeySource>> Open);
