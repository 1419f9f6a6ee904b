using Coffer.Contracts;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.Registry.Tests.Layout;

public sealed class LayoutEditingTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TempDirectory _temp = new();
    private readonly SampleImage _image = SampleImage.Create(1, 5000);

    private string Path => _temp.Combine("layout");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task The_replaced_manifest_goes_and_the_layers_stay()
    {
        await WriteAsync("a");
        var changed = Changed();
        Assert.Empty(await EditAsync("a", _image.Manifest, changed));
        Assert.False(HasBlob(_image.Manifest.Digest));
        Assert.True(HasBlob(Digest.Of(_image.Layers[0])));
        await using var source = await ImageLocation.Parse($"oci:{Path}:a").OpenSourceAsync(new RegistryOptions(), None);
        Assert.Equal(changed.Digest, (await source.GetRootAsync(None)).Digest);
    }

    [Fact]
    public async Task A_manifest_that_another_ref_names_stays_and_is_reported()
    {
        await WriteAsync("a");
        await WriteAsync("b");
        Assert.Equal([_image.Manifest.Digest], await EditAsync("a", _image.Manifest, Changed()));
        Assert.True(HasBlob(_image.Manifest.Digest));
    }

    [Fact]
    public async Task A_manifest_that_another_index_lists_stays_and_is_reported()
    {
        await WriteAsync("a");
        var index = ImageIndex.Create([_image.Manifest.Descriptor]).Content;
        await using (var sink = await ImageLocation.Parse($"oci:{Path}:many").OpenSinkAsync(new RegistryOptions(), None)) await sink.CommitAsync(index, None);
        Assert.Equal([_image.Manifest.Digest], await EditAsync("a", _image.Manifest, Changed()));
        Assert.True(HasBlob(_image.Manifest.Digest));
    }

    [Fact]
    public async Task The_children_of_a_replaced_index_go_with_it()
    {
        await WriteAsync("a");
        var old = ImageIndex.Create([_image.Manifest.Descriptor]).Content;
        await using (var sink = await ImageLocation.Parse($"oci:{Path}:a").OpenSinkAsync(new RegistryOptions(), None)) await sink.CommitAsync(old, None);
        var changed = Changed();
        var index = ImageIndex.Create([changed.Descriptor]).Content;
        await using (var source = await ImageLocation.Parse($"oci:{Path}:a").OpenSourceAsync(new RegistryOptions(), None))
        {
            var editable = (IEditableImage)source;
            await using (var sink = editable.OpenForEditing())
            {
                await sink.PutManifestAsync(changed, None);
                await sink.CommitAsync(index, None);
            }
            Assert.Empty(await editable.RetireAsync(old, index, false, None));
        }
        Assert.False(HasBlob(old.Digest));
        Assert.False(HasBlob(_image.Manifest.Digest));
        Assert.True(HasBlob(changed.Digest));
    }

    [Fact]
    public async Task An_image_that_somebody_changed_meanwhile_is_left_alone()
    {
        await WriteAsync("a");
        await using var source = await ImageLocation.Parse($"oci:{Path}:a").OpenSourceAsync(new RegistryOptions(), None);
        await using var sink = ((IEditableImage)source).OpenForEditing();
        await using (var other = await ImageLocation.Parse($"oci:{Path}:a").OpenSinkAsync(new RegistryOptions(), None)) await SampleImage.Create(2, 10).WriteAsync(other);
        await Assert.ThrowsAnyAsync<CofferException>(async () => await sink.CommitAsync(Changed(), None));
        Assert.False(HasBlob(Changed().Digest));
    }

    private Content Changed() => Manifest.Parse(_image.Manifest).With([.. Manifest.Parse(_image.Manifest).Layers.Select(l => l.WithAnnotation("x", "y"))]).Content;

    private bool HasBlob(Digest digest) => File.Exists(System.IO.Path.Combine(Path, "blobs", digest.Algorithm, digest.Hex));

    private async Task WriteAsync(string name)
    {
        await using var sink = await ImageLocation.Parse($"oci:{Path}:{name}").OpenSinkAsync(new RegistryOptions(), None);
        await _image.WriteAsync(sink);
    }

    private async Task<IReadOnlyList<Digest>> EditAsync(string name, Content old, Content changed)
    {
        await using var source = await ImageLocation.Parse($"oci:{Path}:{name}").OpenSourceAsync(new RegistryOptions(), None);
        var editable = (IEditableImage)source;
        await using (var sink = editable.OpenForEditing()) await sink.CommitAsync(changed, None);
        return await editable.RetireAsync(old, changed, false, None);
    }
}
