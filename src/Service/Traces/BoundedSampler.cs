using OpenTelemetry.Trace;

namespace Coffer.Service.Traces;

/// <summary>Records so many traces a second that begin here, and none beyond: whoever sends requests, or a <c>traceparent</c> that says "recorded", cannot make more.</summary>
/// <param name="perSecond">How many; twice as many at once after a quiet time.</param>
/// <param name="time">The clock.</param>
internal sealed class BoundedSampler(int perSecond, TimeProvider time) : Sampler
{
    private readonly Lock _lock = new();
    private double _left = 2 * perSecond;
    private long _last = time.GetTimestamp();

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(2 * perSecond, _left + time.GetElapsedTime(_last, now).TotalSeconds * perSecond);
            _last = now;
            if (_left < 1) return new SamplingResult(SamplingDecision.Drop);
            _left--;
            return new SamplingResult(SamplingDecision.RecordAndSample);
        }
    }
}
