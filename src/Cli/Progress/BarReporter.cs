using System.Text;
using Coffer.Cli.Terminal;
using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.Cli.Progress;

/// <summary>
/// A bar for each active blob with rate and time left, and a total below them, redrawn in place at most ten times a
/// second. What else is said scrolls away above the bars.
/// </summary>
internal sealed class BarReporter(TextWriter error, Screen screen, TimeProvider time) : Reporter(error)
{
    private const int MostRows = 12;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly List<Bar> _active = [];
    private readonly long _began = time.GetTimestamp();
    private long _lastDrawn;
    private long _planned;
    private long _moved;
    private int _rows;

    public override void Plan(int blobs, long bytes)
    {
        lock (Gate) _planned += bytes;
    }

    public override IBlobObserver Begin(string doing, Descriptor blob)
    {
        var bar = new Bar(this, $"{doing} {Sizes.Short(blob.Digest)}", blob.Size, time.GetTimestamp());
        lock (Gate)
        {
            _active.Add(bar);
            Draw(force: false);
        }
        return bar;
    }

    public override void Dispose()
    {
        lock (Gate)
        {
            var clearing = new StringBuilder();
            Clear(clearing);
            Error.Write(clearing);
            Error.Flush();
        }
        base.Dispose();
    }

    protected override void Say(string line)
    {
        lock (Gate)
        {
            var text = new StringBuilder();
            Clear(text);
            Error.Write(text.Append(line).Append('\n'));
            Draw(force: true);
            Error.Flush();
        }
    }

    private void Advance(Bar bar, long bytes)
    {
        lock (Gate)
        {
            bar.Done += bytes;
            _moved += bytes;
            Draw(force: false);
        }
    }

    private void End(Bar bar)
    {
        lock (Gate)
        {
            if (!_active.Remove(bar)) return;
            // What was passed over counts as moved, or the total would never be full.
            if (bar.IsComplete) _moved += bar.Size - bar.Done;
            Draw(force: _active.Count == 0);
        }
    }

    private void Draw(bool force)
    {
        if (!force && _lastDrawn != 0 && time.GetElapsedTime(_lastDrawn) < Pace) return;
        _lastDrawn = time.GetTimestamp();
        var text = new StringBuilder();
        Clear(text);
        var rows = Math.Clamp(screen.Height() - 2, 1, MostRows);
        var width = Math.Max(screen.Width() - 1, 20);
        foreach (var bar in _active.Take(rows)) text.Append(BarLine.Of(bar.Label, bar.Done, bar.Size, time.GetElapsedTime(bar.Began), width)).Append('\n');
        _rows = Math.Min(_active.Count, rows);
        if (_active.Count > 0)
        {
            var others = _active.Count > rows ? $" (+{_active.Count - rows})" : "";
            text.Append(BarLine.Of("total" + others, _moved, _planned, time.GetElapsedTime(_began), width)).Append('\n');
            _rows++;
        }
        Error.Write(text);
        Error.Flush();
    }

    // Up to the first row of what was drawn last, and erase from there on (ECMA-48 CPL and ED).
    private void Clear(StringBuilder text)
    {
        if (_rows > 0) text.Append("\u001b[").Append(_rows).Append("F\u001b[J");
        _rows = 0;
    }

    private sealed class Bar(BarReporter owner, string label, long size, long began) : IBlobObserver
    {
        public string Label => label;

        public long Size => size;

        public long Began => began;

        public long Done { get; set; }

        public bool IsComplete { get; private set; }

        public void Advance(long bytes) => owner.Advance(this, bytes);

        public void Reused() { }

        public void Complete() => IsComplete = true;

        public void Dispose() => owner.End(this);
    }
}
