using Coffer.Oci;

namespace Coffer.KeyBroker.Documents;

/// <summary>Collects what is wrong with a document, so that its author hears all of it at once.</summary>
internal sealed class DocumentProblems
{
    private const int Most = 100; // a document of the largest size can be wrong in more places than anybody reads
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public bool Any => _lines.Count > 0;

    /// <param name="path">Such as <c>when.all[2]</c>; empty for the whole document.</param>
    /// <param name="what">What is wrong there.</param>
    public void Add(string path, string what)
    {
        if (_lines.Count < Most) _lines.Add(Printable.Of(path.Length == 0 ? what : $"{path}: {what}", 512));
        else if (_lines.Count == Most) _lines.Add("and more");
    }
}
