using System.CommandLine;
using Coffer.Cli.Progress;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;
using Coffer.Registry;

namespace Coffer.Cli.CommandLine;

/// <summary>What verbs that look at one image have in common.</summary>
internal sealed class OneImage
{
    private readonly Argument<string?> _image = new("IMAGE")
    {
        Description = "the image: docker://HOST/NAME[:TAG|@DIGEST], oci:DIR[:REF], oci-archive:FILE[:REF], docker-archive:FILE[:REF] or dir:DIR",
    };

    private readonly InstanceFlags? _instances;

    /// <param name="command">Gets argument and flags.</param>
    /// <param name="choosesInstances">False for verbs that always mean the whole image.</param>
    /// <param name="isOptional">True for verbs that can do without.</param>
    public OneImage(Command command, bool choosesInstances = true, bool isOptional = false)
    {
        _image.Arity = isOptional ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne;
        command.Add(_image);
        _instances = choosesInstances ? new InstanceFlags(command, takesAll: true) : null;
        Shared = new SharedFlags(command, authFile: false);
        Registry = new RegistryFlags(command, "", "image's");
    }

    public SharedFlags Shared { get; }

    public RegistryFlags Registry { get; }

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_image) is not null;

    /// <exception cref="CofferException">None was given, or it is no location.</exception>
    public ImageLocation Location(ParseResult parsed) => ImageLocation.Parse(parsed.GetValue(_image) ?? throw new CofferException("no image was given", ExitStatus.Usage));

    public InstanceSelection Instances(ParseResult parsed) => _instances?.Read(parsed) ?? InstanceSelection.All;

    /// <summary>Opens the image. The caller disposes the source.</summary>
    public ValueTask<IImageSource> OpenAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken) =>
        Location(parsed).OpenSourceAsync(Registry.Read(parsed, Shared, reporter), cancellationToken);
}
