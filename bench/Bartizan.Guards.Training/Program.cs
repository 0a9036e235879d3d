using Bartizan.Guards.Training;

return args switch
{
    ["train", var data, var weights] => TrainingRun.Run(data, weights),
    ["words", var data, var list] => SpelledList.Run(data, list),
    ["disguises", var data] => Evaluation.Disguised(data),
    ["evaluate", var data] => Evaluation.Run(data),
    ["guards"] => GuardCost.Run(TimeSpan.FromSeconds(70)),
    ["guards", var seconds] => GuardCost.Run(
        TimeSpan.FromSeconds(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture))
    ),
    ["profile", var length] => GuardProfile.Run(int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)),
    ["cost"] => LexicalCost.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "train DATA WEIGHTS | words DATA LIST | evaluate DATA | disguises DATA | cost | guards [SECONDS] | profile CHARACTERS"
    );
    return 2;
}
