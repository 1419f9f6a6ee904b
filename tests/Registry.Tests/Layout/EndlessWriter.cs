using Coffer.Contracts;

namespace Coffer.Registry.Tests.Layout;

/// <summary>Writes images without end, in a process of its own that <see cref="KilledWriterTests"/> starts and kills.</summary>
public sealed class EndlessWriter
{
    /// <summary>Where to write; without it nothing is written.</summary>
    public const string Variable = "COFFER_TEST_ENDLESS_WRITER";

    [Fact(Explicit = true)]
    public async Task Images_are_written_until_the_process_is_killed()
    {
        var place = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(place), $"runs only as the child of {nameof(KilledWriterTests)}");
        // A forgotten child ends by itself.
        for (var round = 0; round < 3000; round++)
        {
            var image = SampleImage.Create(Environment.ProcessId * 1000 + round, 3000, 400_000, 20_000);
            foreach (var location in (string[])[$"oci:{place}/layout:changing", $"oci:{place}/layout:r{round % 3}", $"oci-archive:{place}/image.tar:1", $"dir:{place}/dir"])
            {
                await using var sink = await ImageLocation.Parse(location).OpenSinkAsync(new RegistryOptions(), CancellationToken.None);
                await image.WriteAsync(sink);
            }
        }
    }
}
