using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// The circumstances of the actions of one verb, cut into dimensions by what the rules of both manifests ask of them:
/// arguments, the person, labels, the clock. What can't be cut is a predicate.
/// </summary>
/// <param name="verb">The verb.</param>
/// <param name="first">The first manifest.</param>
/// <param name="second">The second.</param>
/// <param name="from">When the proof begins.</param>
/// <param name="offset">The number of the first dimension.</param>
/// <param name="uncut">Names of dimensions that were found to have too many atoms: their questions are predicates.</param>
internal sealed class FactSpace(
    Verb verb,
    Manifest first,
    Manifest second,
    DateTimeOffset from,
    int offset,
    IReadOnlySet<string> uncut
)
{
    /// <summary>The name of all arguments together: they are left uncut where two names are read as one.</summary>
    public const string AllArguments = "args";

    private readonly Dictionary<string, FactDimension> _byName = new(StringComparer.Ordinal);
    private readonly List<(string Name, FactDimension Dimension)> _all = [];

    /// <summary>The verb.</summary>
    public Verb Verb => verb;

    /// <summary>The number of atoms of each dimension.</summary>
    public IEnumerable<int> Atoms => _all.Select(d => d.Dimension.Count);

    /// <summary>The dimensions.</summary>
    public IEnumerable<FactDimension> Dimensions => _all.Select(d => d.Dimension);

    /// <summary>True when the dimension of that name may be cut.</summary>
    public bool Cuts(string name) => !uncut.Contains(name);

    /// <summary>Makes the atoms. The name of a dimension that has too many; null when none has.</summary>
    public string? Build(Effort effort)
    {
        if (Cuts(AllArguments) && HasLikeArguments())
        {
            return AllArguments;
        }

        foreach (var (name, dimension) in _all)
        {
            if (!dimension.TryBuild(effort) && effort.GivenUp is null)
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>The session's labels.</summary>
    public LabelDimension Labels() => Get("labels", n => new LabelDimension { Number = n });

    /// <summary>How many things are hit.</summary>
    public CountDimension Counts() => Get("count", n => new CountDimension(verb) { Number = n });

    /// <summary>
    /// True when all that conditions can read of a person stands in the two manifests. What an issuer says of its users stands nowhere:
    /// then each question of a person is a predicate.
    /// </summary>
    public bool KnowsPersons => first.Serve is null && second.Serve is null && Cuts("person");

    /// <summary>The person.</summary>
    public PersonDimension Person() => Get("person", n => new PersonDimension(first, second) { Number = n });

    /// <summary>What a clock shows.</summary>
    public ClockDimension Clock(TimeZoneInfo zone, string shows) =>
        Get($"clock {shows} {zone.Id}", n => new ClockDimension(zone, shows, from) { Number = n });

    /// <summary>What one catalogue says of what is hit.</summary>
    public ResourceDimension Resource(Manifest manifest, string ground, string attribute) =>
        Get(
            $"resource {attribute} {ground}",
            n => new ResourceDimension(
                attribute,
                manifest.Catalogue.SelectMany(c => c.Attributes).Where(a => a.Key == attribute).Select(a => a.Value)
            )
            {
                Number = n,
            }
        );

    /// <summary>A predicate.</summary>
    public OpaqueDimension Opaque(string text) => Get($"? {text}", n => new OpaqueDimension { Number = n });

    /// <summary>One argument; what it is a part of is one too.</summary>
    public ArgumentDimension Argument(ImmutableArray<string> path)
    {
        if (path.Length > 1)
        {
            Argument(path[..^1]);
        }

        var name = NameOf(path);
        return Get(name, n => new ArgumentDimension(path, Cuts(name)) { Number = n });
    }

    /// <summary>One argument read in a form.</summary>
    public FormDimension Form(ImmutableArray<string> path, ArgumentForm form) =>
        Get($"{form} {NameOf(path)}", n => new FormDimension(form) { Number = n });

    /// <summary>The items of one argument.</summary>
    public ItemsDimension Items(ImmutableArray<string> path, ArgumentForm form) =>
        Get($"items {form} {NameOf(path)}", n => new ItemsDimension(form) { Number = n });

    /// <summary>Members of an object, or of the call, that nothing names.</summary>
    public OthersDimension Others(ImmutableArray<string> path) =>
        Get($"others {NameOf(path)}", n => new OthersDimension { Number = n });

    /// <summary>The name of the form's dimension, for <see cref="Cuts"/>.</summary>
    public static string NameOf(ImmutableArray<string> path, ArgumentForm form) => $"{form} {NameOf(path)}";

    /// <summary>The name of the items' dimension, for <see cref="Cuts"/>.</summary>
    public static string NameOfItems(ImmutableArray<string> path, ArgumentForm form) => $"items {form} {NameOf(path)}";

    /// <summary>The arguments that questions name right below a place.</summary>
    public IEnumerable<ArgumentDimension> Below(ImmutableArray<string> path) =>
        _all.Select(d => d.Dimension)
            .OfType<ArgumentDimension>()
            .Where(d => d.Path.Length == path.Length + 1 && d.Path.AsSpan(0, path.Length).SequenceEqual(path.AsSpan()));

    /// <summary>The dimension of that name and kind, when questions named it.</summary>
    public T? Find<T>(string name)
        where T : FactDimension => _byName.GetValueOrDefault(name) as T;

    /// <summary>The dimension of a place's other members, when questions named it.</summary>
    public OthersDimension? FindOthers(ImmutableArray<string> path) => Find<OthersDimension>($"others {NameOf(path)}");

    /// <summary>The dimension of an argument in a form, when questions named it.</summary>
    public FormDimension? FindForm(ImmutableArray<string> path, ArgumentForm form) =>
        Find<FormDimension>(NameOf(path, form));

    /// <summary>The dimension of an argument's items, when questions named it.</summary>
    public ItemsDimension? FindItems(ImmutableArray<string> path, ArgumentForm form) =>
        Find<ItemsDimension>(NameOfItems(path, form));

    private static string NameOf(ImmutableArray<string> path) => $"argument {JsonSerializer.Serialize(path)}";

    // Servers read a name in another case as the same one, or as another: an argument would be two.
    private bool HasLikeArguments() =>
        _all.Select(d => d.Dimension)
            .OfType<ArgumentDimension>()
            .GroupBy(d => JsonSerializer.Serialize(d.Path[..^1]), StringComparer.Ordinal)
            .Any(siblings =>
                siblings.Select(d => d.Path[^1]).Distinct(StringComparer.OrdinalIgnoreCase).Count() < siblings.Count()
                || siblings.Any(d => !System.Text.Ascii.IsValid(d.Path[^1]))
            );

    private T Get<T>(string name, Func<int, T> make)
        where T : FactDimension
    {
        if (!_byName.TryGetValue(name, out var dimension))
        {
            _byName.Add(name, dimension = make(offset + _all.Count));
            _all.Add((name, dimension));
        }

        return (T)dimension;
    }
}
