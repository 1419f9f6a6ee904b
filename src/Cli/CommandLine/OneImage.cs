using System.CommandLine;
using Coffer.Cli.Progress;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;
using Coffer.Registry;

namespace Coffer.Cli.CommandLine;

/// <summary>What verbs that look at one image have in common.</summary>
internal sealed class OneImage
{
    private readonly Argument<string> _image = new("IMAGE")
    {
        Description = "the image: docker://HOST/NAME[:TAG|@DIGEST], oci:DIR[:REF], oci-archive:FILE[:REF], docker-archive:FILE[:REF] or dir:DIR",
    };

    private readonly InstanceFlags? _instances;

    /// <param name="command">Gets argument and flags.</param>
    /// <param name="choosesInstances">False for verbs that always mean the whole image.</param>
    public OneImage(Command command, bool choosesInstances = true)
    {
        command.Add(_image);
        _instances = choosesInstances ? new InstanceFlags(command, takesAll: true) : null;
        Shared = new SharedFlags(command, authFile: false);
        Registry = new RegistryFlags(command, "", "image's");
    }

    public SharedFlags Shared { get; }

    public RegistryFlags Registry { get; }

    public ImageLocation Location(ParseResult parsed) => ImageLocation.Parse(parsed.GetRequiredValue(_image));

    public InstanceSelection Instances(ParseResult parsed) => _instances?.Read(parsed) ?? InstanceSelection.All;

    /// <summary>Opens the image. The caller disposes the source.</summary>
    public ValueTask<IImageSource> OpenAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken) =>
        Location(parsed).OpenSourceAsync(Registry.Read(parsed, Shared, reporter), cancellationToken);
}
