using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.Cli.Progress;

/// <summary>Warnings and nothing else (<c>--quiet</c>).</summary>
internal sealed class QuietReporter(TextWriter error) : Reporter(error)
{
    public override IBlobObserver Begin(string doing, Descriptor blob) => SilentObserver.Instance.Begin(doing, blob);

    public override void Note(string message) { }
}
