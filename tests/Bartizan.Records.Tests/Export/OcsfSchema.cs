using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bartizan.Records.Tests.Export;

/// <summary>
/// A validator of OCSF events against the schema's own files: inheritance, profiles, required attributes, unknown attributes, types,
/// enumerations, constraints, and the arithmetic of category, class, activity and type. Only what 1.8.0's files use is read.
/// </summary>
internal sealed class OcsfSchema
{
    // Their base lists only the base's own number; they are checked against the files' numbers instead.
    private static readonly string[] s_numbered = ["class_uid", "category_uid"];

    private readonly Dictionary<string, JsonElement> _classes = [];
    private readonly Dictionary<string, JsonElement> _objects = [];
    private readonly Dictionary<string, JsonElement> _profiles = [];
    private readonly JsonElement _dictionary;
    private readonly JsonElement _types;
    private readonly Dictionary<string, int> _categories = [];
    private readonly string _version;

    private OcsfSchema(string folder)
    {
        foreach (
            var file in Directory.EnumerateFiles(Path.Combine(folder, "events"), "*.json", SearchOption.AllDirectories)
        )
        {
            var read = Read(file);
            _classes[Path.GetFileNameWithoutExtension(file)] = read;
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "objects"), "*.json"))
        {
            _objects[Path.GetFileNameWithoutExtension(file)] = Read(file);
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "profiles"), "*.json"))
        {
            _profiles[Path.GetFileNameWithoutExtension(file)] = Read(file);
        }

        var dictionary = Read(Path.Combine(folder, "dictionary.json"));
        _dictionary = dictionary.GetProperty("attributes");
        _types = dictionary.GetProperty("types").GetProperty("attributes");
        foreach (
            var category in Read(Path.Combine(folder, "categories.json")).GetProperty("attributes").EnumerateObject()
        )
        {
            _categories[category.Name] = category.Value.GetProperty("uid").GetInt32();
        }

        _version = Read(Path.Combine(folder, "version.json")).GetProperty("version").GetString()!;
    }

    /// <summary>The schema of the shared data; null when it isn't here.</summary>
    public static OcsfSchema? Find()
    {
        var shared =
            Environment.GetEnvironmentVariable("BARTIZAN_SHARED")
            ?? Path.Combine(TestFiles.RepositoryRoot, "..", "shared");
        var folder = Path.Combine(shared, "data", "specs", "ocsf");
        return Directory.Exists(folder) ? new OcsfSchema(folder) : null;
    }

    /// <summary>What is wrong with an event; nothing when it is valid.</summary>
    public IReadOnlyList<string> Validate(JsonElement @event)
    {
        var faults = new List<string>();
        var uid = @event.GetProperty("class_uid").GetInt32();
        var (name, category) = ClassOf(uid);
        if (name is null)
        {
            return [$"class_uid {uid} is no class"];
        }

        var activity = @event.GetProperty("activity_id").GetInt32();
        var type = @event.GetProperty("type_uid").GetInt64();
        if (type != (uid * 100L) + activity)
        {
            faults.Add($"type_uid {type} isn't {uid} * 100 + {activity}");
        }

        if (@event.GetProperty("category_uid").GetInt32() != _categories[category])
        {
            faults.Add($"category_uid isn't that of {category}");
        }

        var metadata = @event.GetProperty("metadata");
        if (metadata.GetProperty("version").GetString() != _version)
        {
            faults.Add("metadata.version");
        }

        HashSet<string> profiles = metadata.TryGetProperty("profiles", out var listed)
            ? [.. listed.EnumerateArray().Select(p => p.GetString()!)]
            : [];
        Check(@event, Attributes(_classes, name), Constraints(_classes, name), profiles, name, faults);
        return faults;
    }

    // A class's number counts within its category: category * 1000 + uid.
    private (string? Name, string Category) ClassOf(int uid)
    {
        foreach (var (name, definition) in _classes)
        {
            if (
                definition.TryGetProperty("uid", out var own)
                && CategoryOf(name) is { } category
                && (_categories[category] * 1000) + own.GetInt32() == uid
            )
            {
                return (name, category);
            }
        }

        return (null, "");
    }

    private string? CategoryOf(string name)
    {
        for (var at = name; _classes.TryGetValue(at, out var definition); )
        {
            if (definition.TryGetProperty("category", out var category))
            {
                return category.GetString() is { } word && _categories.ContainsKey(word) ? word : null;
            }

            if (!definition.TryGetProperty("extends", out var parent))
            {
                return null;
            }

            at = parent.GetString()!;
        }

        return null;
    }

    private Dictionary<string, Attribute> Attributes(Dictionary<string, JsonElement> kinds, string name)
    {
        var definition = kinds[name];
        var attributes =
            definition.TryGetProperty("extends", out var parent) && kinds.ContainsKey(parent.GetString()!)
                ? Attributes(kinds, parent.GetString()!)
                : [];
        if (!definition.TryGetProperty("attributes", out var own))
        {
            return attributes;
        }

        foreach (var member in own.EnumerateObject())
        {
            if (member.Name == "$include")
            {
                foreach (
                    var include in member.Value.ValueKind == JsonValueKind.Array
                        ? member.Value.EnumerateArray().ToArray()
                        : [member.Value]
                )
                {
                    var profile = Path.GetFileNameWithoutExtension(include.GetString()!);
                    foreach (var added in _profiles[profile].GetProperty("attributes").EnumerateObject())
                    {
                        Merge(attributes, added, profile);
                    }
                }
            }
        }

        foreach (var member in own.EnumerateObject().Where(m => m.Name != "$include"))
        {
            Merge(attributes, member, null);
        }

        return attributes;
    }

    private static void Merge(Dictionary<string, Attribute> attributes, JsonProperty member, string? profile)
    {
        var known = attributes.GetValueOrDefault(member.Name) ?? new Attribute { Profile = profile };
        var value = member.Value;
        if (value.TryGetProperty("profile", out var said))
        {
            known = known with { Profile = said.GetString() };
        }

        if (value.TryGetProperty("requirement", out var requirement))
        {
            known = known with { Required = requirement.GetString() == "required" };
        }

        if (value.TryGetProperty("enum", out var choices))
        {
            known = known with { Enum = [.. known.Enum, .. choices.EnumerateObject().Select(c => c.Name)] };
        }

        attributes[member.Name] = known;
    }

    private static List<(string Kind, string[] Names)> Constraints(Dictionary<string, JsonElement> kinds, string name)
    {
        var definition = kinds[name];
        if (definition.TryGetProperty("constraints", out var constraints))
        {
            return
            [
                .. constraints
                    .EnumerateObject()
                    .Select(c => (c.Name, c.Value.EnumerateArray().Select(n => n.GetString()!).ToArray())),
            ];
        }

        return definition.TryGetProperty("extends", out var parent) && kinds.ContainsKey(parent.GetString()!)
            ? Constraints(kinds, parent.GetString()!)
            : [];
    }

    private void Check(
        JsonElement value,
        Dictionary<string, Attribute> attributes,
        List<(string Kind, string[] Names)> constraints,
        HashSet<string> profiles,
        string where,
        List<string> faults
    )
    {
        var present = value.EnumerateObject().Select(m => m.Name).ToList();
        faults.AddRange(present.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => $"{where}.{g.Key} stands twice"));
        foreach (var member in value.EnumerateObject())
        {
            if (
                !attributes.TryGetValue(member.Name, out var attribute)
                || (attribute.Profile is { } profile && !profiles.Contains(profile))
            )
            {
                faults.Add($"{where} has no attribute {member.Name}");
                continue;
            }

            CheckAttribute(member, attribute, profiles, $"{where}.{member.Name}", faults);
            if (
                attribute.Enum.Count > 0
                && member.Name.EndsWith("_id", StringComparison.Ordinal)
                && member.Value.ToString() == "99"
            )
            {
                var sibling = member.Name == "activity_id" ? "activity_name" : member.Name[..^3];
                if (!present.Contains(sibling))
                {
                    faults.Add($"{where}.{member.Name} is Other and {sibling} is missing");
                }
            }
        }

        foreach (var (name, attribute) in attributes)
        {
            if (
                attribute.Required
                && !present.Contains(name)
                && (attribute.Profile is null || profiles.Contains(attribute.Profile))
            )
            {
                faults.Add($"{where}.{name} is required");
            }
        }

        foreach (var (kind, names) in constraints)
        {
            var count = names.Count(present.Contains);
            if (kind == "at_least_one" ? count == 0 : count != 1)
            {
                faults.Add($"{where} needs {kind} of {string.Join(", ", names)}");
            }
        }
    }

    private void CheckAttribute(
        JsonProperty member,
        Attribute attribute,
        HashSet<string> profiles,
        string where,
        List<string> faults
    )
    {
        var entry = _dictionary.GetProperty(member.Name);
        var isArray = entry.TryGetProperty("is_array", out var array) && array.GetBoolean();
        if (isArray != (member.Value.ValueKind == JsonValueKind.Array))
        {
            faults.Add($"{where} must {(isArray ? "" : "not ")}be a list");
            return;
        }

        var type = entry.GetProperty("type").GetString()!;
        HashSet<string> choices = entry.TryGetProperty("enum", out var common)
            ? [.. attribute.Enum, .. common.EnumerateObject().Select(c => c.Name)]
            : [.. attribute.Enum];
        if (where.EndsWith(".observables.type_id", StringComparison.Ordinal))
        {
            // The schema makes this choice of the types that say they are observables.
            choices.UnionWith(
                _types
                    .EnumerateObject()
                    .Where(t => t.Value.TryGetProperty("observable", out _))
                    .Select(t => t.Value.GetProperty("observable").ToString())
            );
        }

        foreach (var value in isArray ? member.Value.EnumerateArray().ToArray() : [member.Value])
        {
            if (choices.Count > 0 && !s_numbered.Contains(member.Name) && !choices.Contains(value.ToString()))
            {
                faults.Add($"{where} can't be {value}");
            }

            CheckType(value, type, profiles, where, faults);
        }
    }

    private void CheckType(JsonElement value, string type, HashSet<string> profiles, string where, List<string> faults)
    {
        if (!type.EndsWith("_t", StringComparison.Ordinal))
        {
            if (value.ValueKind != JsonValueKind.Object)
            {
                faults.Add($"{where} must be an object");
            }
            else if (type != "object")
            {
                Check(value, Attributes(_objects, type), Constraints(_objects, type), profiles, where, faults);
            }

            return;
        }

        var definition = _types.GetProperty(type);
        var basic = definition.TryGetProperty("type", out var under) ? under.GetString()! : type;
        var fits = basic switch
        {
            "string_t" => value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0,
            "integer_t" => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _),
            "long_t" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
            "boolean_t" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ => true,
        };
        if (!fits)
        {
            faults.Add($"{where} is no {type}: {value}");
        }
        else if (
            definition.TryGetProperty("regex", out var regex) && !Regex.IsMatch(value.GetString()!, regex.GetString()!)
        )
        {
            faults.Add($"{where} doesn't read as {type}: {value}");
        }
        else if (definition.TryGetProperty("range", out var range))
        {
            var bounds = range.EnumerateArray().Select(n => n.GetInt64()).ToArray();
            var number = value.GetInt64();
            if (number < bounds[0] || number > bounds[1])
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{where} is out of range: {number}"));
            }
        }
    }

    private static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return document.RootElement.Clone();
    }

    private sealed record Attribute
    {
        public string? Profile { get; init; }

        public bool Required { get; init; }

        public HashSet<string> Enum { get; init; } = [];
    }
}
