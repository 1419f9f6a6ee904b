using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Coffer.Pkcs11.Configuration;

/// <summary>
/// Reads the small YAML files of this room from the parser's events, without the reflection of a deserializer. One document of
/// plain maps, lists and scalars; anchors, aliases and duplicate names are refused, and size, depth and number of nodes are bounded.
/// </summary>
internal static class YamlText
{
    /// <summary>A file is at most this long, in characters.</summary>
    public const int MaximumLength = 64 * 1024;

    private const int MaximumDepth = 12;
    private const int MaximumNodes = 2000;

    /// <exception cref="Pkcs11Exception">The text is no YAML, or not of the plain kind. The message never quotes it.</exception>
    public static YamlNode Read(string text, string where)
    {
        if (text.Length > MaximumLength)
            throw new Pkcs11Exception($"{where} is longer than {MaximumLength} characters");
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                return new YamlNode(Map: new Dictionary<string, YamlNode>());
            parser.Consume<DocumentStart>();
            var nodes = 0;
            var root = Node(parser, where, 0, ref nodes);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
                throw new Pkcs11Exception($"{where} holds more than one YAML document");
            return root;
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException)
        {
            // The parser's message may quote the line, which may hold the PIN: only the position is passed on.
            var line = e is YamlException yaml ? $" (line {yaml.Start.Line})" : "";
            throw new Pkcs11Exception($"{where} is not YAML{line}");
        }
    }

    private static YamlNode Node(Parser parser, string where, int depth, ref int nodes)
    {
        if (depth > MaximumDepth || ++nodes > MaximumNodes)
            throw new Pkcs11Exception($"{where} is nested too deeply or holds too much");
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            RefuseAnchor(scalar, where);
            return new YamlNode(Scalar: scalar.Value);
        }
        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            RefuseAnchor(sequence, where);
            var list = new List<YamlNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                list.Add(Node(parser, where, depth + 1, ref nodes));
            return new YamlNode(List: list);
        }
        if (parser.TryConsume<MappingStart>(out var mapping))
        {
            RefuseAnchor(mapping, where);
            var map = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var name = Node(parser, where, depth + 1, ref nodes).Scalar
                    ?? throw new Pkcs11Exception($"{where} has a map or list where a name should be");
                if (!map.TryAdd(name, Node(parser, where, depth + 1, ref nodes)))
                    throw new Pkcs11Exception($"{where} names the same member twice");
            }
            return new YamlNode(Map: map);
        }
        throw new Pkcs11Exception($"{where} uses YAML aliases, which are not read here");
    }

    private static void RefuseAnchor(NodeEvent node, string where)
    {
        if (!node.Anchor.IsEmpty)
            throw new Pkcs11Exception($"{where} uses YAML anchors, which are not read here");
    }
}
