using System.Buffers;
using System.Collections.Frozen;

namespace Bartizan.Guards.Texts;

/// <summary>
/// Words that orders are made of. A text in which they stand disguised is read again without the disguise; no word is a finding by
/// itself.
/// </summary>
internal static class Vocabulary
{
    private const string Signals =
        "ignore disregard forget override bypass previous prior above earlier instruction instructions system prompt prompts reveal "
        + "secret secrets password passwords credential credentials token tokens send email forward transfer delete execute user admin "
        + "developer assistant rules guidelines restrictions jailbreak unrestricted confidential exfiltrate upload curl wget print "
        + "repeat output respond answer pretend roleplay disable command";

    private const string Common =
        "a about access account act add address after again all allow also always am an and any api are as ask at attach back bank be "
        + "because been before begin below both but by call can change chat check click code complete config contact content context "
        + "conversation copy could create customer data database deny directly display do does done dont down download each else "
        + "emails end ensure every everything exactly fetch file files filter find first follow following for from full function get "
        + "give go good had has have help her here hidden him his history home how if immediately important in include information "
        + "initial input inside instead internal into is it its just keep key keys know last let like link list load log login "
        + "look make may me mention message messages mode model money more must my name need never new next no not note nothing now "
        + "number of off old on once one only open or order other our out own page part pass payment please post private proceed "
        + "provide put query question read real request response return right role root run safety same save say search security see "
        + "server session set share shell should show site so some start stop story subject task tell text than that the their them "
        + "then there these they this those through to told tool tools top under until up update url urls use using value want was "
        + "we web what when where which while who will with within without word words work world would write wrote yes you your "
        + "yourself";

    /// <summary>The words of orders.</summary>
    public static FrozenSet<string> Orders { get; } = Signals.Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>All known words.</summary>
    public static FrozenSet<string> All { get; } =
        $"{Signals} {Common}".Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly WordTree _tree = new(All, Orders);

    private static readonly WordTable _table = new(All.Select(word => (word, 1)));

    /// <summary>One step into the tree of all words; 0 when no word goes on so.</summary>
    public static int Step(int node, char letter) => _tree.Step(node, letter);

    /// <summary>True for a known word of ASCII letters at the beginning of a text.</summary>
    public static bool IsWord(ReadOnlySpan<char> text, int length) => _table.NumberOf(text, 0, length) != 0;

    /// <summary>True where a word ends.</summary>
    public static bool IsWord(int node) => _tree.IsWord(node);

    /// <summary>True where a word of orders ends.</summary>
    public static bool IsOrder(int node) => _tree.IsOrder(node);

    /// <summary>The words of orders of six letters and more, backwards.</summary>
    public static SearchValues<string> Backwards { get; } =
        Long(word =>
        {
            var letters = word.ToCharArray();
            Array.Reverse(letters);
            return new string(letters);
        });

    private static SearchValues<string> Long(Func<string, string> disguise) =>
        SearchValues.Create(
            [.. Orders.Where(word => word.Length >= 6).Select(disguise)],
            StringComparison.OrdinalIgnoreCase
        );
}
