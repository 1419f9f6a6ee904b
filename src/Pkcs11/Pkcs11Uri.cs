using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Coffer.Pkcs11;

/// <summary>
/// A PKCS #11 URI (RFC 7512): which token, which object, which module, which PIN. Attributes that are absent are null; an
/// attribute that is present must match exactly. Immutable but for the PIN, which <see cref="Dispose"/> clears.
/// </summary>
public sealed class Pkcs11Uri : IDisposable
{
    /// <summary>A URI is at most this long, in characters.</summary>
    public const int MaximumLength = 8192;

    private readonly byte[]? _pin;

    private Pkcs11Uri(IReadOnlyDictionary<string, byte[]> path, IReadOnlyDictionary<string, byte[]> query)
    {
        Token = Text(path, "token");
        Manufacturer = Text(path, "manufacturer");
        Serial = Text(path, "serial");
        Model = Text(path, "model");
        LibraryManufacturer = Text(path, "library-manufacturer");
        LibraryDescription = Text(path, "library-description");
        LibraryVersion = Text(path, "library-version");
        SlotDescription = Text(path, "slot-description");
        SlotManufacturer = Text(path, "slot-manufacturer");
        Type = Text(path, "type");
        Object = Text(path, "object");
        // A bare null would become an empty memory, and that matches only objects without an identifier.
        Id = path.TryGetValue("id", out var id) ? new ReadOnlyMemory<byte>(id) : (ReadOnlyMemory<byte>?)null;
        SlotId = SlotNumber(Text(path, "slot-id"));
        PinSource = Text(query, "pin-source");
        ModulePath = Text(query, "module-path");
        ModuleName = Text(query, "module-name");
        _pin = query.TryGetValue("pin-value", out var pin) ? pin : null;
        Validate();
    }

    /// <summary>The token's label.</summary>
    public string? Token { get; }

    /// <summary>The token's manufacturer.</summary>
    public string? Manufacturer { get; }

    /// <summary>The token's serial number.</summary>
    public string? Serial { get; }

    /// <summary>The token's model.</summary>
    public string? Model { get; }

    /// <summary>The module's manufacturer.</summary>
    public string? LibraryManufacturer { get; }

    /// <summary>The module's description.</summary>
    public string? LibraryDescription { get; }

    /// <summary>The module's version, <c>MAJOR</c> or <c>MAJOR.MINOR</c>.</summary>
    public string? LibraryVersion { get; }

    /// <summary>The slot's description.</summary>
    public string? SlotDescription { get; }

    /// <summary>The slot's manufacturer.</summary>
    public string? SlotManufacturer { get; }

    /// <summary>The slot's number.</summary>
    public uint? SlotId { get; }

    /// <summary>The object's class: <c>public</c>, <c>private</c>, <c>secret-key</c>, <c>cert</c> or <c>data</c>.</summary>
    public string? Type { get; }

    /// <summary>The object's label (CKA_LABEL).</summary>
    public string? Object { get; }

    /// <summary>The object's identifier (CKA_ID), any bytes.</summary>
    public ReadOnlyMemory<byte>? Id { get; }

    /// <summary>Where the PIN is kept: an absolute path or a <c>file:</c> URI.</summary>
    public string? PinSource { get; }

    /// <summary>The module: an absolute path of a file, or of a directory in which <see cref="ModuleName"/> is looked for.</summary>
    public string? ModulePath { get; }

    /// <summary>The module's name, looked for in the configured directories.</summary>
    public string? ModuleName { get; }

    /// <summary>Whether the URI carries a PIN or says where it is.</summary>
    public bool HasPin => _pin is not null || PinSource is not null;

    internal bool NamesToken => SlotId is not null || Token is not null || Serial is not null || Model is not null
        || Manufacturer is not null || SlotDescription is not null || SlotManufacturer is not null;

    internal bool NamesObject => Object is not null || Id is not null;

    internal ReadOnlySpan<byte> PinValue => _pin;

    internal bool HasPinValue => _pin is not null;

    /// <summary>Reads a URI such as <c>pkcs11:token=signing;object=key?module-name=softhsm2&amp;pin-source=/run/pin</c>.</summary>
    /// <exception cref="Pkcs11Exception">It is malformed, too long, names an attribute twice or one that is unknown in the path.</exception>
    public static Pkcs11Uri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (path, query) = Pkcs11UriAttributes.Split(text);
        return new Pkcs11Uri(path, query);
    }

    /// <summary>The URI without its PIN, fit for logs and errors.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("pkcs11:");
        var separator = "";
        foreach (var (name, value) in PathTexts())
        {
            if (value is null)
                continue;
            text.Append(separator).Append(name).Append('=').Append(Pkcs11UriAttributes.Escape(Encoding.UTF8.GetBytes(value)));
            separator = ";";
        }
        if (Id is { } id)
            text.Append(separator).Append("id=").Append(Pkcs11UriAttributes.EscapeAll(id.Span));
        separator = "?";
        foreach (var (name, value) in new[] { ("pin-source", PinSource), ("module-path", ModulePath), ("module-name", ModuleName) })
        {
            if (value is null)
                continue;
            text.Append(separator).Append(name).Append('=').Append(Pkcs11UriAttributes.Escape(Encoding.UTF8.GetBytes(value)));
            separator = "&";
        }
        return text.ToString();
    }

    /// <summary>Clears the PIN. The rest stays readable.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_pin);

    private IEnumerable<(string Name, string? Value)> PathTexts() =>
    [
        ("library-manufacturer", LibraryManufacturer), ("library-description", LibraryDescription), ("library-version", LibraryVersion),
        ("slot-manufacturer", SlotManufacturer), ("slot-description", SlotDescription),
        ("slot-id", SlotId?.ToString(CultureInfo.InvariantCulture)),
        ("token", Token), ("manufacturer", Manufacturer), ("serial", Serial), ("model", Model), ("type", Type), ("object", Object),
    ];

    private void Validate()
    {
        if (_pin is not null && PinSource is not null)
            throw new Pkcs11Exception("the pkcs11 URI has both pin-value and pin-source", "RFC 7512 allows one of them");
        if (ModulePath is not null && (ModulePath.Length == 0 || ModulePath[0] != '/' || ModulePath.Contains('\0', StringComparison.Ordinal)))
            throw new Pkcs11Exception("module-path of the pkcs11 URI is not an absolute path");
        if (ModuleName is not null && (ModuleName.Length == 0 || ModuleName.AsSpan().ContainsAny('/', '\0')))
            throw new Pkcs11Exception("module-name of the pkcs11 URI is empty or holds a slash", "use module-path for a path");
        if (Type is not (null or "public" or "private" or "cert" or "secret-key" or "data"))
            throw new Pkcs11Exception("type of the pkcs11 URI is none of public, private, cert, secret-key and data");
        if (LibraryVersion is { } version && !IsVersion(version))
            throw new Pkcs11Exception("library-version of the pkcs11 URI is not a number or two numbers with a dot");
    }

    private static bool IsVersion(string text)
    {
        var parts = text.Split('.');
        return parts.Length is 1 or 2 && parts.All(part => part.Length is > 0 and <= 3 && part.All(char.IsAsciiDigit));
    }

    private static uint? SlotNumber(string? text)
    {
        if (text is null)
            return null;
        return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new Pkcs11Exception("slot-id of the pkcs11 URI is not a number from 0 to 4294967295");
    }

    private static string? Text(IReadOnlyDictionary<string, byte[]> attributes, string name)
    {
        if (!attributes.TryGetValue(name, out var value))
            return null;
        try
        {
            return s_strict.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            throw new Pkcs11Exception($"{name} of the pkcs11 URI is not UTF-8");
        }
    }

    private static readonly UTF8Encoding s_strict = new(false, true);
}
