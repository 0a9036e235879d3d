using Bartizan.Guards.Injection;
using Bartizan.Guards.Injection.Lexical;

namespace Bartizan.Guards.Packs;

/// <summary>
/// What the guards against injection know: rules of orders, tokens and marks of roles, weights of the lexical vote. One pack comes with
/// the program;
/// another, signed, can take its place. What a pack doesn't hold is the shipped one's.
/// </summary>
public sealed class GuardPack
{
    /// <summary>The version of the pack that comes with the program.</summary>
    public const string ShippedVersion = "shipped";

    internal GuardPack(string version, int number, OrderTable orders, MarkTable marks, LexicalHead[] heads)
    {
        Version = version;
        Number = number;
        Orders = orders;
        Marks = marks;
        Heads = heads;
    }

    /// <summary>The pack that comes with the program.</summary>
    public static GuardPack Shipped { get; } =
        new(
            ShippedVersion,
            0,
            new OrderTable(OrderRules.All),
            new MarkTable(RoleMarks.Tokens, RoleMarks.Marks),
            [LexicalModel.Untrusted, LexicalModel.User]
        );

    /// <summary>Its version.</summary>
    public string Version { get; }

    /// <summary>Which of its publisher's packs it is: a later one has a higher number. 0 of the shipped one.</summary>
    public int Number { get; }

    /// <summary>Rules of orders in it.</summary>
    public int RuleCount => Orders.Rules.Length;

    /// <summary>Tokens and marks of roles in it.</summary>
    public int MarkCount => Marks.Tokens.Length + Marks.Marks.Length;

    internal OrderTable Orders { get; }

    internal MarkTable Marks { get; }

    /// <summary>Weights: of texts from outside, and of what users type.</summary>
    internal LexicalHead[] Heads { get; }

    /// <summary>A guard's version under this pack, as verdicts name it.</summary>
    public string Named(string version) => Version == ShippedVersion ? version : $"{version}+{Version}";
}
