using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Core.Shell;

/// <summary>
/// What a program does with its arguments: its flags, which of them read, write, run or connect, and what its operands are. It
/// is data (<c>Programs/*.json</c>): a new program is a new file. What a model doesn't know is at best asked about.
/// </summary>
internal sealed class ProgramModel
{
    private const string Folder = "Bartizan.Core.Shell.Programs.";

    private static readonly JsonSerializerOptions _strict = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectRequiredConstructorParameters = false,
    };

    private static readonly FrozenDictionary<string, ProgramModel> _all = LoadAll();

    private readonly ProgramText _text;
    private readonly ProgramModel? _parent;
    private readonly Dictionary<string, FlagModel> _flags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProgramModel> _subcommands = new(StringComparer.Ordinal);

    private ProgramModel(ProgramText text, ProgramModel? parent)
    {
        (_text, _parent) = (text, parent);
        Style = text.Options switch
        {
            "" when parent is not null => parent.Style == OptionStyle.Posix ? OptionStyle.Gnu : parent.Style,
            "" or "gnu" => OptionStyle.Gnu,
            "posix" => OptionStyle.Posix,
            "words" => OptionStyle.Words,
            _ => throw new FormatException($"there is no style `{text.Options}` of options"),
        };
        foreach (var (names, spec) in text.Flags)
        {
            foreach (var flag in FlagModel.ParseAll(names, spec))
            {
                foreach (var name in flag.Names)
                {
                    _flags.Add(name, flag);
                }
            }
        }

        foreach (var (names, sub) in text.Subcommands)
        {
            var model = new ProgramModel(sub, this);
            foreach (var name in names.Split('|'))
            {
                _subcommands.Add(name, model);
            }
        }

        Operands =
        [
            .. text
                .Operands.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(w => (FlagModel.RoleOf(w.TrimEnd('*')), w.EndsWith('*'))),
        ];
    }

    /// <summary>The names of all programs that have a model.</summary>
    public static IEnumerable<string> Names => _all.Keys;

    /// <summary>How its options are written.</summary>
    public OptionStyle Style { get; }

    /// <summary>Roles of the operands, and which may repeat.</summary>
    public ImmutableArray<(ArgumentRole Role, bool Repeats)> Operands { get; }

    /// <summary>The program of a subcommand; null for a program.</summary>
    public ProgramModel? Parent => _parent;

    /// <summary>True when the first operand names a subcommand.</summary>
    public bool HasSubcommands => _subcommands.Count > 0;

    /// <summary>True when <c>-12</c> is a number.</summary>
    public bool TakesNumbers => _text.Numbers;

    /// <summary>True when file names may come from a pattern.</summary>
    public bool TakesPatterns => _text.Patterns;

    /// <summary>True when it runs what it reads from its input, unless an operand names a file.</summary>
    public bool RunsInput => _text.RunsInput;

    /// <summary>Why it is at best asked; null when it isn't.</summary>
    public string? Ask => _text.Ask;

    /// <summary>Why it is at best asked in another directory; null when it isn't.</summary>
    public string? AskElsewhere => _text.AskElsewhere ?? _parent?.AskElsewhere;

    /// <summary>A program's model by the last segment of its path; <c>python3.12</c> is <c>python</c>. Null: there is none.</summary>
    public static ProgramModel? Find(string name) =>
        _all.GetValueOrDefault(name)
        ?? (
            name.TrimEnd("0123456789.".ToCharArray()).TrimEnd('-') is { Length: > 0 } bare
                ? _all.GetValueOrDefault(bare)
                : null
        );

    /// <summary>The model of a subcommand; null when it isn't known.</summary>
    public ProgramModel? FindSubcommand(string name) => _subcommands.GetValueOrDefault(name);

    /// <summary>A flag by its exact name, a subcommand's before its program's.</summary>
    public FlagModel? FindFlag(string name) => _flags.GetValueOrDefault(name) ?? _parent?.FindFlag(name);

    /// <summary>The long flags that start so.</summary>
    public IEnumerable<FlagModel> FlagsStarting(string start) =>
        _flags
            .Where(f => f.Key.StartsWith(start, StringComparison.Ordinal))
            .Select(f => f.Value)
            .Concat(_parent?.FlagsStarting(start) ?? [])
            .Distinct();

    private static FrozenDictionary<string, ProgramModel> LoadAll()
    {
        var all = new Dictionary<string, ProgramModel>(StringComparer.Ordinal);
        var assembly = typeof(ProgramModel).Assembly;
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(Folder, StringComparison.Ordinal))
            {
                continue;
            }

            using var stream = assembly.GetManifestResourceStream(name)!;
            foreach (var text in JsonSerializer.Deserialize<ImmutableArray<ProgramText>>(stream, _strict))
            {
                var model = new ProgramModel(text, null);
                foreach (var one in text.Names)
                {
                    all.Add(one, model);
                }
            }
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
